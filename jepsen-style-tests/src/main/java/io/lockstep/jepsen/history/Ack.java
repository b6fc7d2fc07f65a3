package io.lockstep.jepsen.history;

/** When a write is to be acknowledged. */
public enum Ack {
    /** Once the leader has it: it may be lost. */
    ACCEPTED,
    QUORUM,
    /** Once every member has applied it, or the answer names who has not. */
    ALL
}
