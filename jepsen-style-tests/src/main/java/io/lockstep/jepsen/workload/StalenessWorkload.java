package io.lockstep.jepsen.workload;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Evidence;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writes all the time, and every kind of read that says how stale it is. The more often something is acknowledged, the
 * smaller a lie shows. What an answer says is judged by revisions alone, so a few keys are enough.
 */
public final class StalenessWorkload implements Workload {
    static final String NAME = "staleness";
    private static final int KEYS = 24;
    private static final int REVISIONS_BACK = 20;
    private static final String PREFIX = "b/";

    /** Client threads against each other. */
    private final Object lock = new Object();

    private int values;
    private long newestRevision = 1;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Action next(int thread, SplittableRandom random) {
        int percent = random.nextInt(100);
        String key = PREFIX + random.nextInt(KEYS);
        if (percent < 36) {
            return write(key);
        }
        if (percent < 54) {
            return new Action.Read(key, Consistency.STALE);
        }
        if (percent < 68) {
            return new Action.Read(key, Consistency.BOUNDED);
        }
        if (percent < 76) {
            return new Action.Read(key, Consistency.BOUNDED_HERE);
        }
        if (percent < 87) {
            return new Action.ReadSince(key, revision(random));
        }
        if (percent < 91) {
            return new Action.ReadAt(key, revision(random));
        }
        return percent < 96
                ? new Action.Read(key, Consistency.LINEARIZABLE)
                : new Action.Scan(PREFIX, Consistency.STALE);
    }

    private Action write(String key) {
        synchronized (lock) {
            return new Action.Write(key, "v." + values++);
        }
    }

    private long revision(SplittableRandom random) {
        synchronized (lock) {
            return Math.max(1, newestRevision - random.nextInt(REVISIONS_BACK));
        }
    }

    @Override
    public void ended(int thread, Operation operation) {
        if (operation.outcome() == Outcome.OK) {
            synchronized (lock) {
                newestRevision = Math.max(newestRevision, operation.known().revision());
            }
        }
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
