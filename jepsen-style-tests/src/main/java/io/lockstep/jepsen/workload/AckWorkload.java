package io.lockstep.jepsen.workload;

import io.lockstep.jepsen.check.AckChecker;
import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Evidence;
import io.lockstep.jepsen.history.Ack;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Writes that are acknowledged by all, by a quorum, or as accepted, each to a key of its own; and stale reads on every
 * member of what all have acknowledged last.
 */
public final class AckWorkload implements Workload {
    static final String NAME = "ack";
    private static final int KEYS_PER_SET = 400;
    private static final int ACCEPTING_THREADS = 3;

    private int keys; // guarded by this: client threads
    private String everywhere = key(Ack.ALL, 0); // guarded by this: client threads

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public synchronized Action next(int thread, SplittableRandom random) {
        int percent = random.nextInt(100);
        if (percent < 40) {
            return new Action.Read(everywhere, Consistency.STALE);
        }
        Ack ack = onlyAccepts(thread) ? Ack.ACCEPTED : percent < 80 ? Ack.ALL : Ack.QUORUM;
        int number = keys++;
        return new Action.Write(key(ack, number), "v." + number, ack);
    }

    /**
     * One thread on each node. The others are soon held up by a leader that is cut off, which still accepts: that is when
     * accepted writes are lost.
     */
    private static boolean onlyAccepts(int thread) {
        return thread < ACCEPTING_THREADS;
    }

    private static String key(Ack ack, int number) {
        return prefix(ack, number / KEYS_PER_SET) + number;
    }

    private static String prefix(Ack ack, int set) {
        return switch (ack) {
                    case ACCEPTED -> "accepted/";
                    case QUORUM -> "quorum/";
                    case ALL -> "all/";
                }
                + set
                + "/";
    }

    @Override
    public synchronized void ended(int thread, Operation operation) {
        if (operation.outcome() == Outcome.OK
                && operation.action() instanceof Action.Write write
                && write.ack() == Ack.ALL
                && operation.known().acknowledged().missing().isEmpty()) {
            everywhere = write.key();
        }
    }

    @Override
    public synchronized List<Action> finalReads() {
        List<Action> reads = new ArrayList<>();
        for (int set = 0; set <= keys / KEYS_PER_SET; set++) {
            for (Ack ack : Ack.values()) {
                reads.add(new Action.Scan(prefix(ack, set), Consistency.LINEARIZABLE));
            }
        }
        return reads;
    }

    @Override
    public List<CheckResult> check(Evidence evidence) {
        return List.of(AckChecker.check(evidence));
    }
}
