package io.lockstep.jepsen.check;

import io.lockstep.jepsen.history.Ack;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks what acknowledgements promise. Each write has a key of its own, and all keys are read in the end.
 *
 * <p>A write that all have acknowledged, none missing, is in every stale read that is sent later, on any member, until that
 * member is started again. One that a quorum acknowledged is never lost. One that was only accepted may be lost: those are
 * counted.
 */
public final class AckChecker {
    private static final String NAME = "acks";

    private final Evidence evidence;
    private final Findings findings = new Findings();
    private int judgedReads;

    /** What came of the accepted writes, and whose acknowledgements were missing. */
    public record Counts(int accepted, int lost, int open, int everywhere, int withMissing, Set<Long> named) {
        /** Of the accepted ones, as far as the final reads tell. */
        public double lostPercent() {
            return accepted == 0 ? 0 : 100.0 * lost / accepted;
        }
    }

    private AckChecker(Evidence evidence) {
        this.evidence = evidence;
    }

    public static CheckResult check(Evidence evidence) {
        AckChecker checker = new AckChecker(evidence);
        checker.checkAll();
        checker.checkQuorum();
        Counts counts = count(evidence.history());
        return checker.findings.result(
                NAME,
                String.format(
                        "all: %d writes everywhere, %d with members missing, %d stale reads judged;"
                                + " accepted: %d, lost %d (%.1f %%), not answered %d",
                        counts.everywhere(),
                        counts.withMissing(),
                        checker.judgedReads,
                        counts.accepted(),
                        counts.lost(),
                        counts.lostPercent(),
                        counts.open()));
    }

    public static Counts count(List<Operation> history) {
        Set<String> found = inTheEnd(history);
        int accepted = 0;
        int lost = 0;
        int open = 0;
        int everywhere = 0;
        int withMissing = 0;
        Set<Long> named = new HashSet<>();
        for (Operation operation : history) {
            if (!(operation.action() instanceof Action.Write write)) {
                continue;
            }
            boolean ok = operation.outcome() == Outcome.OK;
            if (write.ack() == Ack.ACCEPTED) {
                accepted += ok ? 1 : 0;
                lost += ok && !found.contains(write.key()) ? 1 : 0;
                open += operation.outcome() == Outcome.UNKNOWN ? 1 : 0;
            } else if (write.ack() == Ack.ALL && ok) {
                List<Long> missing = operation.known().acknowledged().missing();
                everywhere += missing.isEmpty() ? 1 : 0;
                withMissing += missing.isEmpty() ? 0 : 1;
                named.addAll(missing);
            }
        }
        return new Counts(accepted, lost, open, everywhere, withMissing, named);
    }

    /** The keys that the last linearizable scan of their prefix shows. */
    private static Set<String> inTheEnd(List<Operation> history) {
        Map<String, Operation> last = new HashMap<>();
        for (Operation operation : history) {
            if (operation.outcome() == Outcome.OK
                    && operation.action() instanceof Action.Scan scan
                    && scan.consistency() == Consistency.LINEARIZABLE) {
                last.merge(
                        scan.key(),
                        operation,
                        (one, other) -> one.invokedNanos() >= other.invokedNanos() ? one : other);
            }
        }
        Set<String> keys = new HashSet<>();
        last.values().forEach(scan -> scan.known().versions().forEach(version -> keys.add(version.key())));
        return keys;
    }

    private void checkAll() {
        List<Operation> writes = new ArrayList<>();
        List<Operation> reads = new ArrayList<>();
        for (Operation operation : evidence.history()) {
            if (operation.outcome() != Outcome.OK) {
                continue;
            }
            if (operation.action() instanceof Action.Write write
                    && write.ack() == Ack.ALL
                    && operation.known().acknowledged().missing().isEmpty()) {
                writes.add(operation);
            } else if (operation.action().consistency() == Consistency.STALE) {
                reads.add(operation);
            }
        }
        writes.sort(Comparator.comparingLong(Operation::returnedNanos));
        reads.sort(Comparator.comparingLong(Operation::invokedNanos));
        reads.forEach(read -> checkRead(read, writes));
    }

    /** The one with the highest revision says most, of those that this process of the member has reported itself. */
    private void checkRead(Operation read, List<Operation> writesByReturn) {
        long started = evidence.startBefore(read.node(), read.returnedNanos());
        Operation newest = null;
        for (Operation write : writesByReturn) {
            if (write.returnedNanos() >= read.invokedNanos()) {
                break;
            }
            boolean higher =
                    newest == null || write.known().revision() > newest.known().revision();
            if (write.invokedNanos() > started && higher) {
                newest = write;
            }
            checkValue(read, write, started);
        }
        if (newest == null) {
            return;
        }
        judgedReads++;
        if (read.known().revision() < newest.known().revision()) {
            findings.violation(
                    "not everywhere: %s lacks %s",
                    read.describe(evidence.originNanos()), newest.describe(evidence.originNanos()));
        }
    }

    /** The same without a look at revisions. */
    private void checkValue(Operation read, Operation write, long started) {
        if (write.invokedNanos() > started
                && read.action() instanceof Action.Read
                && read.action().key().equals(write.action().key())
                && read.known().versions().isEmpty()) {
            findings.violation(
                    "not everywhere: %s does not find %s",
                    read.describe(evidence.originNanos()), write.describe(evidence.originNanos()));
        }
    }

    private void checkQuorum() {
        Set<String> found = inTheEnd(evidence.history());
        for (Operation operation : evidence.history()) {
            if (operation.action() instanceof Action.Write
                    && operation.changedStore()
                    && !found.contains(operation.action().key())) {
                findings.violation("lost: %s", operation.describe(evidence.originNanos()));
            }
        }
    }
}
