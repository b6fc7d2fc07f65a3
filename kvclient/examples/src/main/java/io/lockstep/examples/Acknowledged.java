package io.lockstep.examples;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Which revision had been acknowledged when, on this process's clock: so that what a stale read promises can be checked.
 * Writers add, readers look.
 */
final class Acknowledged {
    /** Older ones than this are dropped, but for the newest of them: more stale than this no checked read is. */
    private static final long KEPT_NANOS = Duration.ofMinutes(1).toNanos();

    private final long start = System.nanoTime();
    /** By nanoseconds since the start; the revisions rise with them. */
    private final ConcurrentNavigableMap<Long, Long> revisions = new ConcurrentSkipListMap<>();

    /** To be called once the answer is there: the write was acknowledged before. */
    synchronized void add(long revision) {
        long now = now();
        Map.Entry<Long, Long> last = revisions.lastEntry();
        if (last == null || last.getValue() < revision) {
            revisions.put(now, revision);
        }
        Long oldestKept = revisions.floorKey(now - KEPT_NANOS);
        if (oldestKept != null) {
            revisions.headMap(oldestKept).clear();
        }
    }

    long now() {
        return System.nanoTime() - start;
    }

    /** The revision that a read must contain which was sent then, and is at most so stale. */
    long owed(long sentNanos, Duration staleness) {
        Map.Entry<Long, Long> entry = revisions.floorEntry(sentNanos - staleness.toNanos());
        return entry == null ? 0 : entry.getValue();
    }
}
