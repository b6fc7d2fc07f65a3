package io.lockstep.node.raft;

/** Where the group reports what it measures. Called on its threads: must not block. */
public interface RaftMetrics {
    RaftMetrics NONE = new RaftMetrics() {};

    /** One write to the log, fsync included. */
    default void logWrite(long nanos, int entries) {}

    /** A snapshot of this member was saved. */
    default void snapshotSaved(long nanos, long bytes) {}

    /** A snapshot of another member replaced the state. */
    default void snapshotInstalled(long nanos, long bytes) {}
}
