package io.lockstep.jepsen.check;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A correct store in memory with a clock that ticks: runs operations that overlap, and keeps the history and the log that
 * an honest cluster would have given. Tests then spoil one of them.
 */
final class HistoryFixture {
    final List<Operation> history = new ArrayList<>();
    final List<EventLog.Change> changes = new ArrayList<>();
    long revision = 1;
    private final TreeMap<String, Version> state = new TreeMap<>();

    /** Operations on a few keys; each takes effect at its own tick, within an interval that overlaps its neighbours'. */
    static HistoryFixture random(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        HistoryFixture store = new HistoryFixture();
        for (int i = 0; i < count; i++) {
            String key = "k" + random.nextInt(3);
            Action action = switch (random.nextInt(8)) {
                case 0, 1 -> new Action.Write(key, "v" + i);
                case 2 -> new Action.CompareAndSet(key, store.current(key), "v" + i);
                case 3 -> new Action.CompareAndSet(key, "never", "v" + i);
                case 4 -> new Action.Delete(key);
                case 5 -> new Action.Scan("k", Consistency.LINEARIZABLE);
                default -> new Action.Read(key, Consistency.LINEARIZABLE);
            };
            store.run(action, random.nextInt(25), random.nextInt(25), random.nextInt(8) == 0);
        }
        return store;
    }

    String current(String key) {
        Version version = state.get(key);
        return version == null ? null : version.value();
    }

    /** @param unanswered the effect takes place, and the client never hears of it */
    Operation run(Action action, int before, int after, boolean unanswered) {
        int index = history.size();
        Answer answer = apply(action);
        long atNanos = 1_000 + 10L * index;
        Operation operation = new Operation(
                index,
                index % 5,
                1 + index % 3,
                action,
                atNanos - before,
                atNanos + after,
                unanswered ? Outcome.UNKNOWN : Outcome.OK,
                unanswered ? null : answer,
                unanswered ? "deadline" : null);
        history.add(operation);
        return operation;
    }

    Operation run(Action action) {
        return run(action, 1, 1, false);
    }

    private Answer apply(Action action) {
        Version old = state.get(action.key());
        if (action instanceof Action.Write write) {
            put(write.key(), write.value());
            return new Answer(revision, true, List.of());
        }
        if (action instanceof Action.CompareAndSet swap) {
            if (!Objects.equals(current(swap.key()), swap.expected())) {
                return new Answer(revision, false, old == null ? List.of() : List.of(old));
            }
            put(swap.key(), swap.value());
            return new Answer(revision, true, List.of());
        }
        if (action instanceof Action.Delete delete) {
            if (old == null) {
                return new Answer(revision, false, List.of());
            }
            state.remove(delete.key());
            changes.add(new EventLog.Change(++revision, delete.key(), null));
            return new Answer(revision, true, List.of());
        }
        if (action instanceof Action.Scan scan) {
            return new Answer(
                    revision,
                    true,
                    state.values().stream()
                            .filter(version -> version.key().startsWith(scan.key()))
                            .toList());
        }
        return new Answer(revision, true, old == null ? List.of() : List.of(old));
    }

    private void put(String key, String value) {
        revision++;
        Version old = state.get(key);
        Version made = old == null
                ? new Version(key, value, revision, revision, 1)
                : new Version(key, value, old.createRevision(), revision, old.version() + 1);
        state.put(key, made);
        changes.add(new EventLog.Change(revision, key, made));
    }

    EventLog log() {
        return new EventLog(changes, revision);
    }

    CheckResult certificate() {
        return Certificate.check(history, log(), 0);
    }

    /** Replaces the answer of an operation. */
    void answer(int index, Answer answer) {
        Operation was = history.get(index);
        history.set(
                index,
                new Operation(
                        index,
                        was.process(),
                        was.node(),
                        was.action(),
                        was.invokedNanos(),
                        was.returnedNanos(),
                        Outcome.OK,
                        answer,
                        null));
    }

    /** Replaces the outcome of an operation. */
    void outcome(int index, Outcome outcome) {
        Operation was = history.get(index);
        history.set(
                index,
                new Operation(
                        index,
                        was.process(),
                        was.node(),
                        was.action(),
                        was.invokedNanos(),
                        was.returnedNanos(),
                        outcome,
                        null,
                        "spoilt"));
    }
}
