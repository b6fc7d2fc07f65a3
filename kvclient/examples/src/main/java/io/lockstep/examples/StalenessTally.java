package io.lockstep.examples;

import io.lockstep.client.Served;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** How stale reads proved to be at most. Counted by the millisecond up to ten seconds. Any thread. */
final class StalenessTally {
    private static final int MAX_MILLIS = 10_000;

    private final AtomicLongArray byMillis = new AtomicLongArray(MAX_MILLIS + 1);
    private final LongAccumulator highest = new LongAccumulator(Math::max, 0);
    private final LongAdder unknown = new LongAdder();

    void add(Served served) {
        Optional<Duration> staleness = served.staleness();
        if (staleness.isEmpty()) {
            unknown.increment();
            return;
        }
        long millis = staleness.get().toMillis();
        byMillis.incrementAndGet((int) Math.min(MAX_MILLIS, millis));
        highest.accumulate(millis);
    }

    StalenessSummary summary() {
        long proven = 0;
        for (int millis = 0; millis <= MAX_MILLIS; millis++) {
            proven += byMillis.get(millis);
        }
        long seen = 0;
        long median = 0;
        for (int millis = 0; millis <= MAX_MILLIS && 2 * seen < proven; millis++) {
            seen += byMillis.get(millis);
            median = millis;
        }
        return new StalenessSummary(proven + unknown.sum(), unknown.sum(), median, highest.get());
    }
}
