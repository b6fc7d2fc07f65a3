package io.lockstep.lab;

import java.util.Comparator;
import java.util.List;

/**
 * How stale an answer really was, as far as one observer can tell who saw every acknowledgement and every answer on one
 * clock: the age, when the request was sent, of the oldest acknowledged write that the answer does not contain. Revisions
 * tell what an answer contains: all up to its own.
 *
 * <p>An acknowledgement is noted after it arrived and a request before it is sent, so the real staleness may be larger by
 * what the way took, never smaller. Writes without a revision ({@code accepted}) do not count.
 */
final class TrueStaleness {
    private final long[] revisions;
    /** When the first of this write and all later ones was acknowledged. */
    private final long[] earliestAckNanos;

    TrueStaleness(List<Sample> samples) {
        List<Sample> writes = samples.stream()
                .filter(sample -> !sample.setting().isRead() && sample.answered() && sample.revision() > 0)
                .sorted(Comparator.comparingLong(Sample::revision))
                .toList();
        revisions = writes.stream().mapToLong(Sample::revision).toArray();
        earliestAckNanos = new long[writes.size()];
        long earliest = Long.MAX_VALUE;
        for (int i = writes.size() - 1; i >= 0; i--) {
            earliest = Math.min(earliest, writes.get(i).endedNanos());
            earliestAckNanos[i] = earliest;
        }
    }

    /** 0: every write that was acknowledged before the request was sent is in the answer. */
    long ofNanos(Sample read) {
        int firstMissing = firstAbove(read.revision());
        if (firstMissing == revisions.length) {
            return 0;
        }
        return Math.max(0, read.sentNanos() - earliestAckNanos[firstMissing]);
    }

    private int firstAbove(long revision) {
        int low = 0;
        int high = revisions.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (revisions[middle] <= revision) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
