package io.lockstep.jepsen.workload;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Evidence;
import io.lockstep.jepsen.check.SetChecker;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Adds elements, each a key of its own, and scans all of them: what finds acknowledged writes that are lost. A set is left
 * for a new one when it is full, so that scans stay cheap.
 */
public final class SetWorkload implements Workload {
    static final String NAME = "set";
    static final int ELEMENTS_PER_SET = 400;

    private int elements; // guarded by this: client threads

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public synchronized Action next(int thread, SplittableRandom random) {
        int percent = random.nextInt(100);
        if (percent < 12) {
            return new Action.Scan(prefix(elements / ELEMENTS_PER_SET), Consistency.LINEARIZABLE);
        }
        if (percent < 15) {
            return new Action.Scan(prefix(elements / ELEMENTS_PER_SET), Consistency.STALE);
        }
        int element = elements++;
        return new Action.Write(prefix(element / ELEMENTS_PER_SET) + element, String.valueOf(element));
    }

    private static String prefix(int set) {
        return "s" + set + "/";
    }

    @Override
    public void ended(int thread, Operation operation) {
        // An add needs no knowledge of the others.
    }

    @Override
    public synchronized List<Action> finalReads() {
        List<Action> reads = new ArrayList<>();
        for (int set = 0; set <= elements / ELEMENTS_PER_SET; set++) {
            reads.add(new Action.Scan(prefix(set), Consistency.LINEARIZABLE));
        }
        return reads;
    }

    @Override
    public List<CheckResult> check(Evidence evidence) {
        TreeSet<String> prefixes = new TreeSet<>();
        for (Operation operation : evidence.history()) {
            String key = operation.action().key();
            prefixes.add(key.substring(0, key.indexOf('/') + 1));
        }
        return prefixes.stream()
                .map(prefix -> SetChecker.check(evidence.history(), prefix, evidence.originNanos()))
                .toList();
    }
}
