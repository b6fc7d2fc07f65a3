package io.lockstep.client;

import java.util.concurrent.TimeUnit;

/**
 * How far away an endpoint is: the round-trip time of reads that it answers by itself, smoothed. A quicker one counts half,
 * a slower one a sixteenth, since a large answer says less about the way than a small one. One that failed is left alone for
 * a second, twice as long after each further failure in a row, and is then measured by a probe before any call is given to
 * it. Locked between the threads that call and the event loop.
 */
final class Nearness {
    private static final long PROBE_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long FIRST_LEAVE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int MAX_DOUBLINGS = 5;
    static final long UNKNOWN = Long.MAX_VALUE;

    private long roundTripNanos = UNKNOWN;
    private long measuredAtNanos;
    private long leftUntilNanos;
    private int failuresInARow;
    private boolean probing;

    synchronized void answered(long nanos, long nowNanos) {
        if (roundTripNanos == UNKNOWN) {
            roundTripNanos = nanos;
        } else {
            roundTripNanos += (nanos - roundTripNanos) / (nanos < roundTripNanos ? 2 : 16);
        }
        measuredAtNanos = nowNanos;
        failuresInARow = 0;
        probing = false;
    }

    synchronized void failed(long nowNanos) {
        roundTripNanos = UNKNOWN;
        leftUntilNanos = nowNanos + (FIRST_LEAVE_NANOS << Math.min(failuresInARow, MAX_DOUBLINGS));
        failuresInARow++;
        probing = false;
    }

    /** {@link #UNKNOWN}: never measured, or failed since. */
    synchronized long roundTripNanos() {
        return roundTripNanos;
    }

    synchronized boolean isLeftAlone(long nowNanos) {
        return failuresInARow > 0 && nowNanos - leftUntilNanos < 0;
    }

    /** True: the caller is to send a probe, and tell here what came of it. */
    synchronized boolean takeProbe(long nowNanos) {
        boolean old = roundTripNanos == UNKNOWN || nowNanos - measuredAtNanos > PROBE_INTERVAL_NANOS;
        if (probing || !old || isLeftAlone(nowNanos)) {
            return false;
        }
        probing = true;
        return true;
    }
}
