package io.lockstep.jepsen.check;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Checks what a session promises, process by process: its reads see its own writes, and never less than a read before.
 *
 * <p>Twice: by the revisions in the headers, and without them by what was read. For that a key is written by one process
 * alone, with values that end in a number which it counts up, so that a value tells which of its writes are missing. A
 * write whose outcome is unknown may come true at any time, over later ones too: its value says nothing.
 */
public final class SessionChecker {
    private static final String NAME = "session";

    private final long originNanos;
    private final Findings findings = new Findings();
    private int reads;
    private int afterOwnWrite;
    private int elsewhere;

    private SessionChecker(long originNanos) {
        this.originNanos = originNanos;
    }

    /** What one process has seen. */
    private static final class Seen {
        private long revision;
        private @Nullable Operation by;
        /** By key: the highest number of a value that was read, or written with success. */
        private final Map<String, Long> numbers = new HashMap<>();
        /** By key: since when the newest own write was not read. */
        private final Map<String, Operation> written = new HashMap<>();

        private void note(Operation operation) {
            if (by == null || operation.known().revision() >= revision) {
                revision = operation.known().revision();
                by = operation;
            }
        }
    }

    /** Values of writes of unknown outcome. */
    private final Set<String> open = new HashSet<>();

    public static CheckResult check(List<Operation> history, long originNanos) {
        SessionChecker checker = new SessionChecker(originNanos);
        Map<Integer, List<Operation>> sessions = new TreeMap<>();
        for (Operation operation : history) {
            if (operation.action() instanceof Action.Write write && operation.effectIsOpen()) {
                checker.open.add(write.value());
            }
            sessions.computeIfAbsent(operation.process(), process -> new ArrayList<>())
                    .add(operation);
        }
        sessions.values().forEach(checker::judge);
        return checker.findings.result(
                NAME,
                String.format(
                        "%d sessions, %d reads, %d of them first after an own write, %d on another member than before",
                        sessions.size(), checker.reads, checker.afterOwnWrite, checker.elsewhere));
    }

    private void judge(List<Operation> session) {
        Seen seen = new Seen();
        for (Operation operation : session) {
            if (operation.outcome() != Outcome.OK || operation.effectIsOpen()) {
                continue;
            }
            if (operation.action() instanceof Action.Write write) {
                seen.note(operation);
                seen.numbers.put(write.key(), number(write.value()));
                seen.written.put(write.key(), operation);
            } else if (operation.action() instanceof Action.Read read) {
                judgeRead(operation, read, seen);
                seen.note(operation);
            }
        }
    }

    private void judgeRead(Operation operation, Action.Read read, Seen seen) {
        Operation before = seen.by;
        if (read.consistency() == Consistency.SESSION) {
            reads++;
            afterOwnWrite += seen.written.remove(read.key()) == null ? 0 : 1;
            elsewhere += before == null || before.node() == operation.node() ? 0 : 1;
        }
        Answer answer = operation.known();
        if (before != null && answer.revision() < seen.revision) {
            findings.violation(
                    "%s: %s after %s",
                    before.action().mutates() ? "does not see its own write" : "sees less than before",
                    operation.describe(originNanos),
                    before.describe(originNanos));
        }
        judgeValue(operation, read, seen);
    }

    private void judgeValue(Operation operation, Action.Read read, Seen seen) {
        @Nullable Long expected = seen.numbers.get(read.key());
        List<Version> versions = operation.known().versions();
        if (versions.isEmpty()) {
            if (expected != null) {
                findings.violation(
                        "%s is gone, number %d was there: %s", read.key(), expected, operation.describe(originNanos));
            }
            return;
        }
        String value = versions.get(0).value();
        if (open.contains(value)) {
            return;
        }
        long found = number(value);
        if (expected != null && found < expected) {
            findings.violation("value number %d after number %d: %s", found, expected, operation.describe(originNanos));
        }
        seen.numbers.put(read.key(), found);
    }

    private static long number(String value) {
        return Long.parseLong(value.substring(value.lastIndexOf('.') + 1));
    }
}
