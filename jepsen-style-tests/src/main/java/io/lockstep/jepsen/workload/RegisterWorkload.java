package io.lockstep.jepsen.workload;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Evidence;
import io.lockstep.jepsen.check.RegisterChecker;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Reads, writes, swaps and deletes of single keys.
 *
 * <p>What makes a stale read visible is few clients on a key and values that are never written twice; what makes a history
 * expensive to judge is many operations and, above all, many with an unknown outcome. So groups of five threads share a
 * key, and leave it for a new one after 200 operations or five unknown ones.
 */
public final class RegisterWorkload implements Workload {
    static final String NAME = "register";
    static final int THREADS_PER_KEY = 5;
    static final int OPERATIONS_PER_KEY = 200;
    static final int UNKNOWN_PER_KEY = 5;
    private static final Duration BUDGET_PER_KEY = Duration.ofSeconds(20);

    private final List<Group> groups = new ArrayList<>();

    RegisterWorkload(int threads, boolean bounded) {
        for (int group = 0; group * THREADS_PER_KEY < threads; group++) {
            groups.add(new Group(group, bounded));
        }
    }

    /** Five threads and their key. Its lock is between these threads. */
    private static final class Group {
        private final int number;
        private final boolean bounded;
        private int generation;
        private int operations;
        private int unknown;
        private int values;
        private @Nullable String lastSeen;

        Group(int number, boolean bounded) {
            this.number = number;
            this.bounded = bounded;
        }

        synchronized Action next(SplittableRandom random) {
            if (operations >= OPERATIONS_PER_KEY || unknown >= UNKNOWN_PER_KEY) {
                generation++;
                operations = 0;
                unknown = 0;
                lastSeen = null;
            }
            operations++;
            String key = key(generation);
            int percent = random.nextInt(100);
            if (percent < 38) {
                return new Action.Read(key, Consistency.LINEARIZABLE);
            }
            if (percent < 46) {
                return new Action.Read(key, Consistency.STALE);
            }
            if (bounded && percent < 52) {
                return new Action.Read(key, Consistency.BOUNDED);
            }
            if (percent < 70) {
                return new Action.Write(key, newValue());
            }
            return percent < 95 ? new Action.CompareAndSet(key, lastSeen, newValue()) : new Action.Delete(key);
        }

        private String newValue() {
            return number + "." + values++;
        }

        private String key(int ofGeneration) {
            return "r/" + number + "/" + ofGeneration;
        }

        synchronized void ended(Operation operation) {
            if (!operation.action().key().equals(key(generation))) {
                return;
            }
            switch (operation.outcome()) {
                case UNKNOWN -> unknown++;
                case OK -> learn(operation);
                case FAIL -> operations--; // it costs the checkers nothing
            }
        }

        private void learn(Operation operation) {
            if (operation.action() instanceof Action.Write write) {
                lastSeen = write.value();
            } else if (operation.action() instanceof Action.Delete) {
                lastSeen = null;
            } else if (operation.action() instanceof Action.CompareAndSet swap && operation.changedStore()) {
                lastSeen = swap.value();
            } else {
                var versions = operation.known().versions();
                lastSeen = versions.isEmpty() ? null : versions.get(0).value();
            }
        }

        synchronized List<String> keys() {
            List<String> keys = new ArrayList<>();
            for (int each = 0; each <= generation; each++) {
                keys.add(key(each));
            }
            return keys;
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Action next(int thread, SplittableRandom random) {
        return groups.get(thread / THREADS_PER_KEY).next(random);
    }

    @Override
    public void ended(int thread, Operation operation) {
        groups.get(thread / THREADS_PER_KEY).ended(operation);
    }

    @Override
    public List<Action> finalReads() {
        List<Action> reads = new ArrayList<>();
        for (Group group : groups) {
            group.keys().forEach(key -> reads.add(new Action.Read(key, Consistency.LINEARIZABLE)));
        }
        return reads;
    }

    @Override
    public List<CheckResult> check(Evidence evidence) {
        return List.of(new RegisterChecker(BUDGET_PER_KEY).check(evidence.history(), evidence.originNanos()));
    }
}
