package io.lockstep.node.upkeep;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** When history is compacted and up to where, by etcd's two rules. Pure; one thread. */
sealed interface CompactionPace {
    /**
     * Every moment that the time is looked at.
     *
     * @param leads one member of all does the work; the others follow the revisions, in case they lead next
     * @return the revision to compact to now
     */
    OptionalLong due(long nowNanos, long revision, boolean leads);

    /** The revision is compacted. */
    void done(long nowNanos, long revision);

    /**
     * Keeps the history of a period. It is looked at ten times an hour, or ten times a period that is shorter; the first
     * compaction comes when a whole period has been seen, the next ones after an hour, or after the period if that is
     * shorter.
     */
    final class Periodic implements CompactionPace {
        private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);
        private static final int LOOKS = 10;

        private final long intervalNanos;
        private final long lookNanos;
        private final int samples;
        /** Oldest first: what the revision was at each look of the period. */
        private final Deque<Long> revisions = new ArrayDeque<>();

        private long waitNanos;
        private long lookedNanos;
        private long doneNanos;
        private long doneTo;

        Periodic(Duration period) {
            long periodNanos = period.toNanos();
            intervalNanos = Math.min(periodNanos, HOUR_NANOS);
            lookNanos = Math.max(1, intervalNanos / LOOKS);
            samples = (int) (periodNanos / lookNanos) + 1;
            waitNanos = periodNanos;
        }

        @Override
        public OptionalLong due(long nowNanos, long revision, boolean leads) {
            if (revisions.isEmpty()) {
                doneNanos = nowNanos;
            } else if (nowNanos - lookedNanos < lookNanos) {
                return OptionalLong.empty();
            }
            boolean waited = !revisions.isEmpty() && nowNanos - doneNanos >= waitNanos;
            long oldest = revisions.isEmpty() ? 0 : revisions.peekFirst();
            lookedNanos = nowNanos;
            revisions.addLast(revision);
            if (revisions.size() > samples) {
                revisions.removeFirst();
            }
            return leads && waited && oldest != doneTo ? OptionalLong.of(oldest) : OptionalLong.empty();
        }

        @Override
        public void done(long nowNanos, long revision) {
            waitNanos = intervalNanos;
            doneNanos = nowNanos;
            doneTo = revision;
        }
    }

    /** Keeps a number of revisions; looked at every five minutes. */
    final class KeepRevisions implements CompactionPace {
        private static final long LOOK_NANOS = TimeUnit.MINUTES.toNanos(5);

        private final long kept;
        private boolean begun;
        private long lookedNanos;
        private long doneTo;

        KeepRevisions(long kept) {
            this.kept = kept;
        }

        @Override
        public OptionalLong due(long nowNanos, long revision, boolean leads) {
            if (!begun) {
                begun = true;
                lookedNanos = nowNanos;
            }
            if (nowNanos - lookedNanos < LOOK_NANOS) {
                return OptionalLong.empty();
            }
            lookedNanos = nowNanos;
            long target = revision - kept;
            return leads && target > 0 && target != doneTo ? OptionalLong.of(target) : OptionalLong.empty();
        }

        @Override
        public void done(long nowNanos, long revision) {
            doneTo = revision;
        }
    }
}
