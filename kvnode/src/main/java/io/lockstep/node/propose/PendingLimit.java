package io.lockstep.node.propose;

/**
 * How many calls may wait for their results at a time: as many as get them within a second. More would only wait longer,
 * in the end beyond their deadlines, and a node that works on calls which nobody waits for any more does nothing at all. So
 * the limit shrinks while results take long, and grows while they are quick and calls are refused.
 *
 * <p>Results are noted by the apply thread, refusals by any, the limit is set by the node's clock.
 */
final class PendingLimit {
    static final int MIN = 64;

    private static final int START = 1_024;
    static final long TARGET_NANOS = 1_000_000_000;
    static final long WINDOW_NANOS = 100_000_000;

    private final int max;
    private volatile int limit;

    /** Guarded by this: what was seen in the window that is open. */
    private long results;

    private long waitedNanos;
    private boolean refused;
    private long openedNanos;

    PendingLimit(int max, long nowNanos) {
        this.max = max;
        this.limit = Math.min(START, max);
        this.openedNanos = nowNanos;
    }

    int limit() {
        return limit;
    }

    synchronized void refused() {
        refused = true;
    }

    /** So many results came, which had been waited for so long in total. */
    synchronized void results(int count, long totalNanos) {
        results += count;
        waitedNanos += totalNanos;
    }

    /** The node's clock. */
    synchronized void onTick(long nowNanos) {
        if (nowNanos - openedNanos < WINDOW_NANOS || results == 0) {
            return;
        }
        long meanNanos = waitedNanos / results;
        if (meanNanos > TARGET_NANOS) {
            limit = Math.max(Math.min(MIN, max), limit * 4 / 5);
        } else if (refused && meanNanos < TARGET_NANOS / 2) {
            limit = Math.min(max, limit * 5 / 4);
        }
        results = 0;
        waitedNanos = 0;
        refused = false;
        openedNanos = nowNanos;
    }
}
