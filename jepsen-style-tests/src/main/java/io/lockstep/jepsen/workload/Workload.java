package io.lockstep.jepsen.workload;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Evidence;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Operation;
import java.util.List;
import java.util.SplittableRandom;

/** A way of using the store, with a checker that knows what must come out. */
public interface Workload {

    String name();

    /** What a client thread should do next; random choices come from the given source only. */
    Action next(int thread, SplittableRandom random);

    /** Tells how an action ended. */
    void ended(int thread, Operation operation);

    /** Reads of all that was ever written: done on every node at the end. */
    List<Action> finalReads();

    /** The verdicts that need no revisions. */
    List<CheckResult> check(Evidence evidence);

    /** Whether others than the clients change a key. */
    default boolean leavesToOthers(String key) {
        return false;
    }

    /** Whether each thread is a session, which asks another member each time. */
    default boolean hasSessions() {
        return false;
    }
}
