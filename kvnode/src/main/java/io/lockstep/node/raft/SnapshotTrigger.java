package io.lockstep.node.raft;

import java.util.concurrent.atomic.AtomicBoolean;

/** Asks for a snapshot once enough log has been applied since the last one. The apply thread counts. */
final class SnapshotTrigger {
    private final RaftLimits limits;
    private final Runnable request;
    // Set by the apply thread, cleared by the thread that saved the snapshot.
    private final AtomicBoolean requested = new AtomicBoolean();
    // The apply thread only.
    private long bytes;
    private long entries;

    SnapshotTrigger(RaftLimits limits, Runnable request) {
        this.limits = limits;
        this.request = request;
    }

    /** At a start, before the apply thread: what is in the log since the newest snapshot and in the state already. */
    void resume(long loggedEntries, long loggedBytes) {
        entries = loggedEntries;
        bytes = loggedBytes;
    }

    void count(int entryBytes) {
        bytes += entryBytes;
        entries++;
    }

    void check() {
        if ((bytes >= limits.snapshotLogBytes() || entries >= limits.snapshotEntries())
                && requested.compareAndSet(false, true)) {
            // What comes during the snapshot counts for the next one.
            bytes = 0;
            entries = 0;
            request.run();
        }
    }

    void installed() {
        bytes = 0;
        entries = 0;
    }

    void finished() {
        requested.set(false);
    }
}
