package io.lockstep.node.read;

/**
 * Notices that the machine slept: its monotonic clock stood still then, and times noted before say nothing any more.
 *
 * <p>Sleep shows as a jump of the uptime against the monotonic clock. Looking that up costs a file read, so each call
 * compares the wall clock, which jumps by sleep too, and looks closer only when that moved; {@link #examine} looks in any
 * case and is called every now and then, for a wall clock that was set back by just as much.
 */
final class SuspendWatch {
    /** The wall clock is slewed by less than this between two examinations. */
    private static final long WALL_TOLERANCE_MILLIS = 20;
    /** The uptime comes in steps of 10 ms, and reading it takes up to {@link #READ_NANOS}. */
    private static final long UPTIME_TOLERANCE_MILLIS = 30;

    private static final long READ_NANOS = 5_000_000;
    private static final int TRIES = 5;

    private final Clocks clocks;

    /** Times of different epochs can't be compared. Raised under the lock. */
    private volatile long epoch;

    /** Written under the lock. */
    private volatile long wallOffsetMillis;

    /** Under the lock. */
    private long uptimeOffsetMillis;

    SuspendWatch(Clocks clocks) {
        this.clocks = clocks;
        this.wallOffsetMillis = wallOffset();
        this.uptimeOffsetMillis = uptimeOffset();
    }

    /** Any thread; cheap. */
    long epoch() {
        if (Math.abs(wallOffset() - wallOffsetMillis) > WALL_TOLERANCE_MILLIS) {
            examine();
        }
        return epoch;
    }

    synchronized void examine() {
        long wall = wallOffset();
        long uptime = uptimeOffset();
        boolean slept = uptime == Clocks.UNKNOWN || uptimeOffsetMillis == Clocks.UNKNOWN
                ? Math.abs(wall - wallOffsetMillis) > WALL_TOLERANCE_MILLIS // can't tell a set clock from sleep
                : Math.abs(uptime - uptimeOffsetMillis) > UPTIME_TOLERANCE_MILLIS;
        if (slept) {
            epoch++;
            uptimeOffsetMillis = uptime;
        }
        wallOffsetMillis = wall;
    }

    private long wallOffset() {
        return clocks.wallMillis() - clocks.nanoTime() / 1_000_000;
    }

    private long uptimeOffset() {
        for (int tries = 0; tries < TRIES; tries++) {
            long before = clocks.nanoTime();
            long uptime = clocks.uptimeMillis();
            if (uptime == Clocks.UNKNOWN) {
                return Clocks.UNKNOWN;
            }
            if (clocks.nanoTime() - before < READ_NANOS) {
                return uptime - before / 1_000_000;
            }
        }
        return Clocks.UNKNOWN;
    }
}
