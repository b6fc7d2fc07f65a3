package io.lockstep.node.read;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far this node lags at most, proven without synchronised clocks: it noted its own time, then asked the leader for a
 * ReadIndex, and has applied that index since, so its view holds all that was acknowledged at the noted time.
 *
 * <p>A reader takes the proof first, then the view, then asks the proof for its age: a pause at any point only raises the
 * bound. Nothing is proven after a restart or once the machine slept. All of it by any thread.
 */
public final class StalenessBound {
    /** Instead of an age: nothing is proven. */
    public static final long UNPROVEN = -1;

    private static final double MAX_DRIFT = 0.5;

    private final SuspendWatch watch;
    private final Clocks clocks;
    private final double maxClockDrift;
    private volatile @Nullable Mark proven;

    /** @param maxClockDrift how much the rate of the monotonic clock may be off, as a fraction: 0.01 is 1 % */
    public StalenessBound(double maxClockDrift) {
        this(maxClockDrift, Clocks.SYSTEM);
    }

    StalenessBound(double maxClockDrift, Clocks clocks) {
        if (!(maxClockDrift >= 0 && maxClockDrift <= MAX_DRIFT)) {
            throw new IllegalArgumentException("maxClockDrift is " + maxClockDrift + ": it must be 0 to " + MAX_DRIFT);
        }
        this.maxClockDrift = maxClockDrift;
        this.clocks = clocks;
        this.watch = new SuspendWatch(clocks);
    }

    /** A moment of this process, as long as the machine does not sleep. */
    public final class Mark {
        private final long epoch = watch.epoch();
        private final long nanos = clocks.nanoTime();

        /** Time since then in milliseconds, rounded up and with the clock's drift; {@link #UNPROVEN} if it slept. */
        public long ageMillis() {
            double nanosPassed = (clocks.nanoTime() - nanos) * (1 + maxClockDrift);
            long millis = (long) Math.ceil(nanosPassed / TimeUnit.MILLISECONDS.toNanos(1));
            return epoch == watch.epoch() ? millis : UNPROVEN;
        }

        private boolean isAfter(@Nullable Mark other) {
            return other == null || epoch > other.epoch || (epoch == other.epoch && nanos - other.nanos > 0);
        }
    }

    /** Now: before a ReadIndex round begins. */
    public Mark mark() {
        return new Mark();
    }

    /** The round that began after this mark has ended, and the published view holds its index. */
    public void prove(Mark begun) {
        if (!begun.isAfter(proven)) {
            return;
        }
        synchronized (this) {
            if (begun.isAfter(proven)) {
                proven = begun;
            }
        }
    }

    /** The newest moment for which everything is in the published view; null: there is none. */
    public @Nullable Mark proven() {
        return proven;
    }

    /** The bound as it is now, in milliseconds, or {@link #UNPROVEN}. */
    public long ageMillis() {
        Mark newest = proven;
        return newest == null ? UNPROVEN : newest.ageMillis();
    }

    /** Every second or so: looks closely whether the machine slept. */
    public void examine() {
        watch.examine();
    }
}
