package io.lockstep.node.apply;

/**
 * When memtables go to disk: by bytes, by commands, and by the age of the oldest write that is not there yet. It bounds
 * how far back a node starts that cannot reach a quorum, and how much it has to execute again. Driven by the apply thread
 * and by the housekeeping thread, hence synchronized.
 */
final class FlushRule {
    private final StateLimits limits;
    private long bytes;
    private long commands;
    private boolean dirty;
    private long firstWriteNanos;

    FlushRule(StateLimits limits) {
        this.limits = limits;
    }

    synchronized void written(long moreBytes, long moreCommands, long nowNanos) {
        if (!dirty) {
            dirty = true;
            firstWriteNanos = nowNanos;
        }
        bytes += moreBytes;
        commands += moreCommands;
    }

    synchronized boolean isDue(long nowNanos) {
        return dirty
                && (bytes >= limits.flushBytes()
                        || commands >= limits.flushCommands()
                        || nowNanos - firstWriteNanos >= limits.flushInterval().toNanos());
    }

    /** A flush begins: what is written from now on waits for the next one. */
    synchronized void flushing() {
        dirty = false;
        bytes = 0;
        commands = 0;
    }
}
