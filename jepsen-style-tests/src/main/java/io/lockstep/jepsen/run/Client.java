package io.lockstep.jepsen.run;

import io.lockstep.jepsen.client.CallException;
import io.lockstep.jepsen.client.Caller;
import io.lockstep.jepsen.client.NodeClient;
import io.lockstep.jepsen.cluster.Pause;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Recorder;
import io.lockstep.jepsen.workload.Workload;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * One client thread: takes actions from the workload, one at a time, sends each to a node, records what came of it. Most
 * have one node; a session asks another one each time.
 */
final class Client implements Runnable {

    /**
     * @param thread from 0
     * @param threads how many there are: process numbers after an unknown outcome go up by this
     * @param meanPauseMicros between two operations
     */
    record Settings(int thread, int threads, long seed, long meanPauseMicros, boolean staleAsLinearizable) {}

    /** A node, and how to reach it. */
    record Target(int node, Caller caller) {}

    /** A node that is down refuses at once: asking it all the time would only fill the history. */
    private static final int UNREACHABLE_PAUSE_MILLIS = 200;

    private final Settings settings;
    private final List<Target> targets;
    private final Workload workload;
    private final Recorder recorder;
    private final BooleanSupplier goOn;
    private int process;

    Client(Settings settings, List<Target> targets, Workload workload, Recorder recorder, BooleanSupplier goOn) {
        this.settings = settings;
        this.targets = List.copyOf(targets);
        this.workload = workload;
        this.recorder = recorder;
        this.goOn = goOn;
        this.process = settings.thread();
    }

    @Override
    public void run() {
        SplittableRandom random = new SplittableRandom(settings.seed() * 31 + settings.thread());
        while (goOn.getAsBoolean()) {
            Pause.millis(random.nextLong(1 + 2 * settings.meanPauseMicros()) / 1_000);
            Action action = workload.next(settings.thread(), random);
            perform(action, targets.get(targets.size() == 1 ? 0 : random.nextInt(targets.size())));
        }
    }

    /** Returns the operation as it was recorded. */
    Operation perform(Action action, Target target) {
        Action sent = settings.staleAsLinearizable() && !workload.hasSessions() ? stale(action) : action;
        int index = recorder.nextIndex();
        long invokedNanos = System.nanoTime();
        Operation operation;
        try {
            var answer = target.caller().perform(sent, NodeClient.DEFAULT_DEADLINE_MILLIS);
            operation = new Operation(
                    index, process, target.node(), action, invokedNanos, System.nanoTime(), Outcome.OK, answer, null);
        } catch (CallException e) {
            operation = new Operation(
                    index,
                    process,
                    target.node(),
                    action,
                    invokedNanos,
                    System.nanoTime(),
                    e.outcome(),
                    null,
                    e.getMessage());
            if (e.outcome() == Outcome.UNKNOWN && !workload.hasSessions()) {
                process += settings.threads();
            }
            if (e.neverConnected()) {
                Pause.millis(UNREACHABLE_PAUSE_MILLIS);
            }
        }
        recorder.add(operation);
        workload.ended(settings.thread(), operation);
        return operation;
    }

    private static Action stale(Action action) {
        if (action instanceof Action.Read read) {
            return new Action.Read(read.key(), Consistency.STALE);
        }
        return action instanceof Action.Scan scan ? new Action.Scan(scan.key(), Consistency.STALE) : action;
    }
}
