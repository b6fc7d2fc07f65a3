package io.lockstep.jepsen.workload;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Evidence;
import io.lockstep.jepsen.check.SessionChecker;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;

/** Each thread is a session, which writes its own keys, counting up, and reads them and those of the others. */
public final class SessionWorkload implements Workload {
    static final String NAME = "session";
    private static final int KEYS_EACH = 2;

    private final int threads;
    /** How often each session has written; each by its own thread. */
    private final AtomicIntegerArray written;

    SessionWorkload(int threads) {
        this.threads = threads;
        this.written = new AtomicIntegerArray(threads);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean hasSessions() {
        return true;
    }

    @Override
    public Action next(int thread, SplittableRandom random) {
        int percent = random.nextInt(100);
        if (percent < 40) {
            String value = thread + "." + written.incrementAndGet(thread);
            return new Action.Write(key(thread, random), value);
        }
        int whose = percent < 75 ? thread : random.nextInt(threads);
        return new Action.Read(key(whose, random), Consistency.SESSION);
    }

    private static String key(int thread, SplittableRandom random) {
        return key(thread, random.nextInt(KEYS_EACH));
    }

    private static String key(int thread, int number) {
        return "u/" + thread + "/" + number;
    }

    @Override
    public void ended(int thread, Operation operation) {
        // A session knows its own numbers.
    }

    @Override
    public List<Action> finalReads() {
        List<Action> reads = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            for (int number = 0; number < KEYS_EACH; number++) {
                reads.add(new Action.Read(key(thread, number), Consistency.LINEARIZABLE));
            }
        }
        return reads;
    }

    @Override
    public List<CheckResult> check(Evidence evidence) {
        return List.of(SessionChecker.check(evidence.history(), evidence.originNanos()));
    }
}
