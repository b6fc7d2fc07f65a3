package io.lockstep.client;

/** How many members must have a write before it is acknowledged. */
public enum Ack {
    /**
     * The leader has taken it. Fast, and may be lost when the leader dies; what it came to is not told, so neither the
     * previous value can be asked for nor a transaction be written so.
     */
    ACCEPTED(io.lockstep.api.Ack.ACK_ACCEPTED),
    /** Committed, and applied where the call came in: never lost. The default. */
    QUORUM(io.lockstep.api.Ack.ACK_QUORUM),
    /**
     * Applied by every member, so that a stale read of any of them sees it. One that does not report by the deadline, or is
     * down, is named in the answer's header: {@code ack_missing}. The write is committed all the same.
     */
    ALL(io.lockstep.api.Ack.ACK_ALL);

    private final io.lockstep.api.Ack wire;

    Ack(io.lockstep.api.Ack wire) {
        this.wire = wire;
    }

    io.lockstep.api.Ack wire() {
        return wire;
    }
}
