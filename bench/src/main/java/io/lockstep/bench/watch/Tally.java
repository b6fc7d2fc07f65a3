package io.lockstep.bench.watch;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Which put was to reach how many watchers, and how many of them it has reached, and when. Any thread. */
final class Tally {
    private static final long MAX_LATENCY_MICROS = TimeUnit.MINUTES.toMicros(10);

    private final WatchSpec spec;
    /** By put: watchers that were not told yet. */
    private final AtomicIntegerArray untold;
    /** By put: when it was to begin. Written by the pacer before the put goes out, read by whoever is told of it. */
    private final long[] intendedNanos;

    private final AtomicLong arrived = new AtomicLong();
    private final AtomicLong astray = new AtomicLong();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final Histogram latencies = new ConcurrentHistogram(MAX_LATENCY_MICROS, 3);

    Tally(WatchSpec spec) {
        this.spec = spec;
        this.untold = new AtomicIntegerArray(spec.puts());
        this.intendedNanos = new long[spec.puts()];
        for (int put = 0; put < spec.puts(); put++) {
            untold.set(put, spec.watchersOf(put % spec.keys()));
        }
    }

    void begins(int put, long intended) {
        intendedNanos[put] = intended;
    }

    void acknowledged() {
        acknowledged.incrementAndGet();
    }

    /** Nobody has to be told of it, but may be: whether it happened is not known. */
    void failed(int put) {
        failed.incrementAndGet();
        untold.set(put, Integer.MIN_VALUE / 2);
    }

    /** @param inOrder the watcher was told of nothing newer before, and of this for the first time */
    void told(int put, boolean inOrder) {
        if (!inOrder || put < 0 || put >= spec.puts()) {
            astray.incrementAndGet();
            return;
        }
        long micros = (System.nanoTime() - intendedNanos[put]) / 1_000;
        arrived.incrementAndGet();
        untold.decrementAndGet(put);
        if (put >= spec.warmupPuts()) {
            latencies.recordValue(Math.max(0, Math.min(micros, MAX_LATENCY_MICROS)));
        }
    }

    int finished() {
        return acknowledged.get() + failed.get();
    }

    long missing() {
        long missing = 0;
        for (int put = 0; put < spec.puts(); put++) {
            missing += Math.max(0, untold.get(put));
        }
        return missing;
    }

    WatchResult result() {
        return new WatchResult(
                acknowledged.get(),
                failed.get(),
                arrived.get(),
                missing(),
                astray.get(),
                latencies.getValueAtPercentile(50) / 1_000.0,
                latencies.getValueAtPercentile(99) / 1_000.0,
                latencies.getMaxValue() / 1_000.0);
    }
}
