package io.lockstep.jepsen.check;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Checks what the server says of the staleness of its answers: an answer that claims to be at most B stale must have every
 * write that was acknowledged B or more before the request was sent. Revisions tell that: the answer's must be at least
 * that of each such write.
 *
 * <p>All times are of the harness' own clock: acknowledgements are noted after they arrived and requests before they were
 * sent, so a write that counts here was acknowledged even earlier.
 */
public final class StalenessChecker {
    private static final String NAME = "staleness";

    private final long[] acknowledgedNanos;
    /** The highest revision that was acknowledged by then. */
    private final long[] highestRevision;

    private final long originNanos;
    private final Findings findings = new Findings();
    private final List<Long> provenMillis = new ArrayList<>();
    private int unproven;

    private StalenessChecker(List<Operation> history, long originNanos) {
        this.originNanos = originNanos;
        List<Operation> writes = history.stream()
                .filter(Operation::changedStore)
                .sorted(Comparator.comparingLong(Operation::returnedNanos))
                .toList();
        acknowledgedNanos = writes.stream().mapToLong(Operation::returnedNanos).toArray();
        highestRevision = new long[writes.size()];
        long highest = 0;
        for (int i = 0; i < writes.size(); i++) {
            highest = Math.max(highest, writes.get(i).known().revision());
            highestRevision[i] = highest;
        }
    }

    public static CheckResult check(List<Operation> history, long originNanos) {
        StalenessChecker checker = new StalenessChecker(history, originNanos);
        history.stream()
                .filter(operation -> operation.outcome() == Outcome.OK && !operation.changedStore())
                .forEach(checker::judge);
        return checker.findings.result(NAME, checker.summary());
    }

    private void judge(Operation read) {
        Answer answer = read.known();
        boolean mayBeStale = consistency(read.action()) != Consistency.LINEARIZABLE;
        if (answer.stalenessMillis() == Answer.UNPROVEN) {
            unproven += mayBeStale ? 1 : 0;
            if (consistency(read.action()) == Consistency.BOUNDED) {
                findings.violation("a bound was asked for and nothing proven: %s", read.describe(originNanos));
            }
            return;
        }
        if (mayBeStale) {
            provenMillis.add(answer.stalenessMillis());
        }
        if (consistency(read.action()) == Consistency.BOUNDED && answer.stalenessMillis() > Consistency.BOUND_MILLIS) {
            findings.violation(
                    "at most %d ms were asked for, %d ms given: %s",
                    Consistency.BOUND_MILLIS, answer.stalenessMillis(), read.describe(originNanos));
        }
        long before = read.invokedNanos() - TimeUnit.MILLISECONDS.toNanos(answer.stalenessMillis());
        long mustHave = highestAcknowledgedBefore(before);
        if (answer.revision() < mustHave) {
            findings.violation(
                    "said to be at most %d ms stale, but revision %d was acknowledged before that: %s",
                    answer.stalenessMillis(), mustHave, read.describe(originNanos));
        }
    }

    private static Consistency consistency(Action action) {
        if (action instanceof Action.Read read) {
            return read.consistency();
        }
        return action instanceof Action.Scan scan ? scan.consistency() : Consistency.LINEARIZABLE;
    }

    private long highestAcknowledgedBefore(long nanos) {
        int at = Arrays.binarySearch(acknowledgedNanos, nanos);
        int index = at >= 0 ? at - 1 : -at - 2;
        return index < 0 ? 0 : highestRevision[index];
    }

    private String summary() {
        if (provenMillis.isEmpty()) {
            return "nothing proven of " + unproven + " reads that may be stale";
        }
        long[] sorted =
                provenMillis.stream().mapToLong(Long::longValue).sorted().toArray();
        return String.format(
                "%d bounds, median %d ms, 99 %% %d ms, largest %d ms; %d reads without",
                sorted.length,
                sorted[sorted.length / 2],
                sorted[(int) (sorted.length * 0.99)],
                sorted[sorted.length - 1],
                unproven);
    }
}
