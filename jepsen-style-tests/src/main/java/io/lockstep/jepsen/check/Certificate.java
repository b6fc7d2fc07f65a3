package io.lockstep.jepsen.check;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the revisions in the answers are a linearization: a proof that the server wrote itself.
 *
 * <p>Every answer names a revision. Let L be the log of all changes by revision. If L obeys the store's rules, every write
 * that was acknowledged at r is exactly what L has at r, every linearizable read answered with r shows the state of L at
 * r, and an operation never has a revision behind one that was answered before it began, then ordering all operations by
 * revision, writes before reads, is a legal order: nothing needs to be searched, and millions of operations can be
 * judged. Writes with an unknown outcome are looked up in L by their unique value, and happened if it is there.
 *
 * <p>Stale reads must show the state at the revision that they name, which must exist; how old it is, {@link StalenessChecker} judges.
 */
public final class Certificate {
    private static final String NAME = "certificate";

    private final List<Operation> history;
    private final EventLog log;
    private final long originNanos;
    private final Predicate<String> byOthers;
    private final Findings findings = new Findings();
    /** Who caused the change of a revision. */
    private final Map<Long, Operation> causes = new HashMap<>();
    /** By operation index: the highest revision that was answered before the operation began. */
    private final Map<Integer, Long> floors = new HashMap<>();

    private Certificate(List<Operation> history, EventLog log, long originNanos, Predicate<String> byOthers) {
        this.history = history;
        this.log = log;
        this.originNanos = originNanos;
        this.byOthers = byOthers;
    }

    public static CheckResult check(List<Operation> history, EventLog log, long originNanos) {
        return check(history, log, originNanos, key -> false);
    }

    /** @param byOthers keys that others than those of the history change: what happens to them needs no explanation */
    public static CheckResult check(
            List<Operation> history, EventLog log, long originNanos, Predicate<String> byOthers) {
        return new Certificate(history, log, originNanos, byOthers).run();
    }

    private CheckResult run() {
        log.checkRules(findings);
        checkUniqueValues();
        computeFloors();
        history.forEach(this::checkAcknowledged);
        resolveUnknownWrites();
        explainTheRest();
        return findings.result(NAME, history.size() + " operations against " + (log.lastRevision() - 1) + " revisions");
    }

    private void checkUniqueValues() {
        Set<String> written = new HashSet<>();
        for (Operation operation : history) {
            String value = writtenBy(operation.action());
            if (value != null && !written.add(operation.action().key() + '\0' + value)) {
                findings.doubt("value %s was written twice: writes cannot be told apart", value);
            }
        }
    }

    private static @Nullable String writtenBy(Action action) {
        if (action instanceof Action.Write write) {
            return write.value();
        }
        if (action instanceof Action.WriteBoth write) {
            return write.value();
        }
        return action instanceof Action.CompareAndSet swap ? swap.value() : null;
    }

    /** One sweep over time: invocations in order, with the returns before them. */
    private void computeFloors() {
        List<Operation> byInvocation = new ArrayList<>(history);
        byInvocation.sort(Comparator.comparingLong(Operation::invokedNanos));
        List<Operation> byReturn = new ArrayList<>();
        for (Operation operation : history) {
            if (operation.outcome() == Outcome.OK) {
                byReturn.add(operation);
            }
        }
        byReturn.sort(Comparator.comparingLong(Operation::returnedNanos));
        int returned = 0;
        long floor = 0;
        for (Operation operation : byInvocation) {
            while (returned < byReturn.size() && byReturn.get(returned).returnedNanos() < operation.invokedNanos()) {
                floor = Math.max(floor, byReturn.get(returned).known().revision());
                returned++;
            }
            floors.put(operation.index(), floor);
        }
    }

    private long floorOf(Operation operation) {
        return Objects.requireNonNull(floors.get(operation.index()));
    }

    private void checkAcknowledged(Operation operation) {
        if (operation.outcome() != Outcome.OK || operation.effectIsOpen()) {
            return;
        }
        long revision = operation.known().revision();
        if (revision < 1 || revision > log.lastRevision()) {
            findings.violation("revision %d never existed: %s", revision, text(operation));
            return;
        }
        if (operation.changedStore()) {
            checkWrite(operation, revision);
        } else if (operation.action() instanceof Action.ReadAt readAt) {
            checkState(operation, readAt.atRevision());
        } else {
            checkRead(operation, revision);
        }
    }

    private void checkWrite(Operation operation, long revision) {
        Operation other = causes.putIfAbsent(revision, operation);
        if (other != null) {
            findings.violation("revision %d was given twice: %s and %s", revision, text(other), text(operation));
            return;
        }
        if (revision <= floorOf(operation)) {
            findings.violation(
                    "a write at revision %d, but %d was answered before it began: %s",
                    revision, floorOf(operation), text(operation));
        }
        checkEffect(operation, revision);
    }

    /** The log has exactly this write at this revision, and the branch that was taken is the right one. */
    private void checkEffect(Operation operation, long revision) {
        Action action = operation.action();
        List<EventLog.Change> changes = log.at(revision);
        String value = writtenBy(action);
        boolean same = changes.size() == action.keys().size()
                && changes.stream()
                        .allMatch(change ->
                                action.keys().contains(change.key()) && Objects.equals(valueOf(change.after()), value));
        if (!same) {
            findings.violation("the log has %s for %s", changes, text(operation));
        }
        if (action instanceof Action.CompareAndSet swap) {
            String before = valueOf(log.stateAt(swap.key(), revision - 1).orElse(null));
            if (!Objects.equals(before, swap.expected())) {
                findings.violation(
                        "a swap took place, but the key held %s: %s", String.valueOf(before), text(operation));
            }
        }
    }

    private void checkRead(Operation operation, long revision) {
        boolean stale = isStale(operation.action());
        if (!stale && revision < floorOf(operation)) {
            findings.violation(
                    "stale: revision %d was answered before it began: %s", floorOf(operation), text(operation));
        }
        checkState(operation, revision);
        Optional<Version> state = log.stateAt(operation.action().key(), revision);
        if (operation.action() instanceof Action.CompareAndSet swap
                && Objects.equals(valueOf(state.orElse(null)), swap.expected())) {
            findings.violation("a swap was refused, but the key held the value: %s", text(operation));
        }
    }

    private static boolean isStale(Action action) {
        return action.consistency() != Consistency.LINEARIZABLE;
    }

    /** The answer shows the state at the revision. A delete that found nothing answers with no versions. */
    private void checkState(Operation operation, long revision) {
        Answer answer = operation.known();
        List<Version> expected = operation.action() instanceof Action.Scan scan
                ? log.scanAt(scan.key(), revision)
                : log.stateAt(operation.action().key(), revision).stream().toList();
        if (!expected.equals(answer.versions())) {
            findings.violation(
                    "at revision %d the answer differs, expected %s, got %s: %s",
                    revision, brief(expected), brief(answer.versions()), text(operation));
        }
    }

    private void resolveUnknownWrites() {
        Map<String, List<EventLog.Change>> puts = new HashMap<>();
        for (EventLog.Change change : log.changes()) {
            if (change.after() != null && !byOthers.test(change.key())) {
                puts.computeIfAbsent(change.key() + '\0' + change.after().value(), key -> new ArrayList<>())
                        .add(change);
            }
        }
        puts.values().stream()
                .filter(same -> same.size() > 1)
                .forEach(same -> findings.violation("one write took effect %d times: %s", same.size(), same));
        for (Operation operation : history) {
            String value = writtenBy(operation.action());
            boolean told = operation.outcome() == Outcome.OK && !operation.effectIsOpen();
            if (value == null || told) {
                continue;
            }
            List<EventLog.Change> found = puts.getOrDefault(operation.action().key() + '\0' + value, List.of());
            if (!found.isEmpty()) {
                resolve(operation, found.get(0).revision());
            }
        }
    }

    private void resolve(Operation operation, long revision) {
        if (operation.outcome() == Outcome.FAIL) {
            causes.putIfAbsent(revision, operation);
            findings.violation("reported as failed, but the log has it at revision %d: %s", revision, text(operation));
        } else {
            checkWrite(operation, revision);
        }
    }

    /** What is left in the log must be deletes with an unknown outcome: they carry no value, so they are counted. */
    private void explainTheRest() {
        Map<String, List<Operation>> openDeletes = new HashMap<>();
        for (Operation operation : history) {
            if (operation.action() instanceof Action.Delete && operation.effectIsOpen()) {
                openDeletes
                        .computeIfAbsent(operation.action().key(), key -> new ArrayList<>())
                        .add(operation);
            }
        }
        openDeletes.values().forEach(deletes -> deletes.sort(Comparator.comparingLong(this::floorOf)));
        for (EventLog.Change change : log.changes()) {
            if (causes.containsKey(change.revision()) || byOthers.test(change.key())) {
                continue;
            }
            // Ascending revisions take ascending floors: if any assignment exists, this finds one.
            List<Operation> candidates = openDeletes.getOrDefault(change.key(), List.of());
            if (change.after() == null && !candidates.isEmpty() && floorOf(candidates.get(0)) < change.revision()) {
                causes.put(change.revision(), candidates.remove(0));
            } else {
                findings.violation("nobody asked for this: %s", change);
            }
        }
    }

    private String text(Operation operation) {
        return operation.describe(originNanos);
    }

    private static @Nullable String valueOf(@Nullable Version version) {
        return version == null ? null : version.value();
    }

    private static String brief(List<Version> versions) {
        return versions.size() <= 2 ? versions.toString() : versions.size() + " keys";
    }
}
