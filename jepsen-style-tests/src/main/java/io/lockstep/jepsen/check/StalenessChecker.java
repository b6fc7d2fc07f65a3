package io.lockstep.jepsen.check;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Checks what the server says of the staleness of its answers: an answer that claims to be at most B stale must have every
 * write that was acknowledged B or more before the request was sent. Revisions tell that: the true staleness of an answer
 * is the time from the first acknowledgement of a revision that it lacks to the moment its request was sent.
 *
 * <p>All times are of the harness' own clock: acknowledgements are noted after they arrived and requests before they were
 * sent, so a write that counts here was acknowledged even earlier, and the true staleness is at least what it says here.
 */
public final class StalenessChecker {
    private static final String NAME = "staleness";
    private static final double NANOS_PER_MILLI = 1e6;

    /** By revision: the first acknowledgement of this revision or a later one. */
    private final NavigableMap<Long, Long> acknowledgedNanos = new TreeMap<>();

    private final long originNanos;
    private final Findings findings = new Findings();
    private final List<Long> provenMillis = new ArrayList<>();
    private final List<Long> trueMillis = new ArrayList<>();
    private final Map<String, Integer> judged = new TreeMap<>();
    private int understated;
    private int unproven;

    private StalenessChecker(List<Operation> history, long originNanos) {
        this.originNanos = originNanos;
        List<Operation> latestFirst = history.stream()
                .filter(Operation::changedStore)
                .sorted(Comparator.comparingLong(
                                (Operation write) -> write.known().revision())
                        .reversed())
                .toList();
        long first = Long.MAX_VALUE;
        for (Operation write : latestFirst) {
            first = Math.min(first, write.returnedNanos());
            acknowledgedNanos.put(write.known().revision(), first);
        }
    }

    public static CheckResult check(List<Operation> history, long originNanos) {
        return judged(history, originNanos).result();
    }

    /**
     * For a run in which a clock was wrong by more than the servers were told to allow for: what they say proves nothing
     * then, and this tells only how often it was too little.
     */
    public static CheckResult withoutVerdict(List<Operation> history, long originNanos) {
        StalenessChecker checker = judged(history, originNanos);
        return new CheckResult(
                NAME,
                Verdict.UNKNOWN,
                checker.summary(),
                List.of("no verdict: a clock was wrong by more than --max-clock-drift; " + checker.understated
                        + " answers were staler than they said"));
    }

    private static StalenessChecker judged(List<Operation> history, long originNanos) {
        StalenessChecker checker = new StalenessChecker(history, originNanos);
        history.stream()
                .filter(operation ->
                        operation.outcome() == Outcome.OK && !operation.changedStore() && !operation.effectIsOpen())
                .forEach(checker::judge);
        return checker;
    }

    private CheckResult result() {
        return findings.result(NAME, summary());
    }

    private void judge(Operation read) {
        Answer answer = read.known();
        Consistency consistency = read.action().consistency();
        boolean mayBeStale = consistency != Consistency.LINEARIZABLE;
        if (read.action() instanceof Action.ReadSince since && answer.revision() < since.minRevision()) {
            findings.violation("not the revision that was asked for: %s", read.describe(originNanos));
        }
        if (answer.stalenessMillis() == Answer.UNPROVEN) {
            unproven += mayBeStale ? 1 : 0;
            if (consistency.isBounded()) {
                findings.violation("a bound was asked for and nothing proven: %s", read.describe(originNanos));
            }
            return;
        }
        long trueNanos = trueStalenessNanos(read);
        judged.merge(read.action().name(), 1, Integer::sum);
        if (mayBeStale) {
            provenMillis.add(answer.stalenessMillis());
            trueMillis.add(Math.round(trueNanos / NANOS_PER_MILLI));
        }
        if (consistency.isBounded() && answer.stalenessMillis() > Consistency.BOUND_MILLIS) {
            findings.violation(
                    "at most %d ms were asked for, %d ms given: %s",
                    Consistency.BOUND_MILLIS, answer.stalenessMillis(), read.describe(originNanos));
        }
        if (trueNanos > answer.stalenessMillis() * NANOS_PER_MILLI) {
            understated++;
            findings.violation(
                    "said to be at most %d ms stale, and is %.3f ms: revision %d was acknowledged before that: %s",
                    answer.stalenessMillis(),
                    trueNanos / NANOS_PER_MILLI,
                    acknowledgedNanos.higherKey(answer.revision()),
                    read.describe(originNanos));
        }
    }

    /** 0: it has all that was acknowledged when it was sent. */
    private long trueStalenessNanos(Operation read) {
        Map.Entry<Long, Long> lacking =
                acknowledgedNanos.higherEntry(read.known().revision());
        return lacking == null ? 0 : Math.max(0, read.invokedNanos() - lacking.getValue());
    }

    private String summary() {
        if (judged.isEmpty()) {
            return "nothing proven of " + unproven + " reads that may be stale";
        }
        return String.format(
                "%s; proven: %s; true: %s; %d reads without a bound",
                judged, quantiles(provenMillis), quantiles(trueMillis), unproven);
    }

    private static String quantiles(List<Long> values) {
        long[] sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0
                ? "none"
                : String.format(
                        "median %d ms, 99 %% %d ms, largest %d ms",
                        sorted[sorted.length / 2], sorted[(int) (sorted.length * 0.99)], sorted[sorted.length - 1]);
    }
}
