package io.lockstep.jepsen.workload;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Evidence;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import java.util.List;
import java.util.SplittableRandom;

/** A little traffic beside those who hold leases: what they do is judged by itself. */
public final class LeaseWorkload implements Workload {
    public static final String NAME = "lease";
    /** Keys that only holders of leases change. */
    public static final String LEASED_PREFIX = "l/";

    private static final String KEY = "k";
    private static final int SHARE_OF_WRITES = 30;

    private int values; // guarded by this: client threads

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public synchronized Action next(int thread, SplittableRandom random) {
        return random.nextInt(100) < SHARE_OF_WRITES
                ? new Action.Write(KEY, "v." + values++)
                : new Action.Read(KEY, Consistency.LINEARIZABLE);
    }

    @Override
    public void ended(int thread, Operation operation) {
        // Nothing to learn.
    }

    @Override
    public List<Action> finalReads() {
        return List.of(new Action.Read(KEY, Consistency.LINEARIZABLE));
    }

    /** All that is to be judged has revisions. */
    @Override
    public List<CheckResult> check(Evidence evidence) {
        return List.of();
    }

    @Override
    public boolean leavesToOthers(String key) {
        return key.startsWith(LEASED_PREFIX);
    }
}
