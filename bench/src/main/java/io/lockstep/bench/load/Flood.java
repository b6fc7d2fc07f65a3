package io.lockstep.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * More calls than the servers can serve: they begin at a rate, whatever becomes of them, and are counted by the second in
 * which they end. A call that would be one too many for this process's memory is not begun and counted as given up.
 */
public final class Flood {
    private static final int MAX_OUTSTANDING = 60_000;
    private static final long STEP_NANOS = 1_000_000;
    private static final long DRAIN_SECONDS = 30;

    private final Connections connections;
    private final OperationSource source;
    private final int ratePerSecond;
    private final AtomicInteger outstanding = new AtomicInteger();
    private final List<Second> seconds = new ArrayList<>();

    /** What happened in one second. */
    public static final class Second {
        final LongAdder offered = new LongAdder();
        final LongAdder answered = new LongAdder();
        final LongAdder refused = new LongAdder();
        final LongAdder late = new LongAdder();
        final LongAdder givenUp = new LongAdder();

        /** Calls that were to begin. */
        public long offered() {
            return offered.sum();
        }

        public long answered() {
            return answered.sum();
        }

        /** Told at once, or after a while, that it is too much. */
        public long refused() {
            return refused.sum();
        }

        /** Ended by their deadlines, or otherwise without an answer. */
        public long late() {
            return late.sum();
        }

        /** Not begun, as so many were outstanding already. */
        public long givenUp() {
            return givenUp.sum();
        }
    }

    /** @param spec which calls, and how many a second */
    public Flood(Connections connections, LoadSpec spec) {
        this.connections = connections;
        this.source = OperationSource.of(spec, 1).get(0);
        this.ratePerSecond = spec.ratePerSecond();
        for (int i = 0; i <= spec.seconds(); i++) {
            seconds.add(new Second());
        }
    }

    /** Begins calls for as long as the load says; returns when the last has begun. */
    public List<Second> run() {
        long beginNanos = System.nanoTime();
        long lengthNanos = TimeUnit.SECONDS.toNanos(seconds.size() - 1);
        long begun = 0;
        for (long at = 0; at < lengthNanos; at = System.nanoTime() - beginNanos) {
            long due = (long) (at / 1e9 * ratePerSecond);
            Second now = second(at);
            for (; begun < due && System.nanoTime() - beginNanos < at + 100 * STEP_NANOS; begun++) {
                begin(now, beginNanos);
            }
            if (begun < due) {
                // This process can't keep pace: what it did not get round to was offered all the same.
                now.offered.add(due - begun);
                now.givenUp.add(due - begun);
                begun = due;
            }
            LockSupport.parkNanos(STEP_NANOS);
        }
        return List.copyOf(seconds.subList(0, seconds.size() - 1));
    }

    private void begin(Second now, long beginNanos) {
        now.offered.increment();
        if (outstanding.incrementAndGet() > MAX_OUTSTANDING) {
            outstanding.decrementAndGet();
            now.givenUp.increment();
            return;
        }
        connections.start(source.next(), (response, status) -> {
            outstanding.decrementAndGet();
            Second end = second(System.nanoTime() - beginNanos);
            if (status.isOk()) {
                end.answered.increment();
            } else if (String.valueOf(status.getDescription()).contains("too many requests")) {
                end.refused.increment();
            } else {
                end.late.increment();
            }
        });
    }

    private Second second(long sinceNanos) {
        return seconds.get((int) Math.min(TimeUnit.NANOSECONDS.toSeconds(sinceNanos), seconds.size() - 1));
    }

    /** Waits until the calls still under way have ended, which their deadlines see to. */
    public void drain() {
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
        while (outstanding.get() > 0 && System.nanoTime() < endNanos) {
            LockSupport.parkNanos(STEP_NANOS);
        }
    }
}
