package io.lockstep.jepsen.workload;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Evidence;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Changes of all kinds for watches to be told of: puts, deletes, and transactions that put two keys at one revision. */
public final class WatchWorkload implements Workload {
    public static final String NAME = "watch";
    public static final String PREFIX = "w/";
    public static final String SOME_KEY = PREFIX + 3;
    private static final int KEYS = 16;

    private int values; // guarded by this: client threads

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Action next(int thread, SplittableRandom random) {
        int percent = random.nextInt(100);
        int number = random.nextInt(KEYS);
        String key = PREFIX + number;
        if (percent < 50) {
            return new Action.Write(key, nextValue());
        }
        if (percent < 70) {
            return new Action.WriteBoth(key, PREFIX + (number + 1 + random.nextInt(KEYS - 1)) % KEYS, nextValue());
        }
        return percent < 88 ? new Action.Delete(key) : new Action.Read(key, Consistency.LINEARIZABLE);
    }

    private synchronized String nextValue() {
        return "v." + values++;
    }

    @Override
    public void ended(int thread, Operation operation) {
        // A change needs no knowledge of the others.
    }

    @Override
    public List<Action> finalReads() {
        List<Action> reads = new ArrayList<>();
        for (int key = 0; key < KEYS; key++) {
            reads.add(new Action.Read(PREFIX + key, Consistency.LINEARIZABLE));
        }
        return reads;
    }

    /** All that is to be judged has revisions. */
    @Override
    public List<CheckResult> check(Evidence evidence) {
        return List.of();
    }
}
