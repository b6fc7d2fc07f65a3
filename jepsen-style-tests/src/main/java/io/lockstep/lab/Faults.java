package io.lockstep.lab;

import io.lockstep.jepsen.cluster.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Does the planned faults, one after the other, each once the cluster is whole again; in the caller's thread. */
final class Faults {
    private static final Duration RECOVERY = Duration.ofSeconds(45);
    private static final int LEADER_ATTEMPTS = 100;
    /**
     * Of a slow follower's link: for how long it passes nothing, and then everything. Shorter than the 200 ms after which TCP
     * sends again, at first: what was lost comes then, and does not wait for twice that, and twice that again.
     */
    static final Span DOWN = new Span(60, 160);

    static final Span UP = new Span(200, 400);

    /** Picked at random, or the cuts would keep in step with what they cut. */
    record Span(int fromMillis, int toMillis) {
        int pick(SplittableRandom random) {
            return random.nextInt(fromMillis, toMillis + 1);
        }

        @Override
        public String toString() {
            return fromMillis + " to " + toMillis + " ms";
        }
    }

    private final Stage stage;
    private final Plan plan;
    private final Progress progress;
    private final long originNanos;
    private final List<Fault> done = new ArrayList<>();
    private int cutOff;

    Faults(Stage stage, Plan plan, Progress progress, long originNanos) {
        this.stage = stage;
        this.plan = plan;
        this.progress = progress;
        this.originNanos = originNanos;
    }

    List<Fault> run(long seed) throws IOException {
        partition(await(plan.step(Fault.Kind.PARTITION)));
        slow(await(plan.step(Fault.Kind.SLOW)), new SplittableRandom(seed));
        crash(await(plan.step(Fault.Kind.CRASH)));
        whole();
        sleepUntil(originNanos + Duration.ofSeconds(plan.seconds()).toNanos());
        return List.copyOf(done);
    }

    /** The leader, since then both sides have something to show: it leads nobody, and they have to elect. */
    private void partition(Plan.Step step) {
        cutOff = leader();
        progress.phase("partition: n" + cutOff + ", which leads, is cut off from the others");
        long began = System.nanoTime();
        stage.cutOff(cutOff);
        long inForce = System.nanoTime();
        sleepUntil(inForce + nanos(step.lastingMillis()));
        long undoing = System.nanoTime();
        stage.heal();
        end(new Fault(step.kind(), cutOff, began, inForce, undoing, System.nanoTime()));
    }

    private void slow(Plan.Step step, SplittableRandom random) {
        int leader = leader();
        List<Integer> others = new ArrayList<>();
        for (int node = 1; node <= Stage.NODES; node++) {
            if (node != leader) {
                others.add(node);
            }
        }
        // Another than before, if it can be: then each member has a story of its own.
        others.removeIf(node -> node == cutOff && others.size() > 1);
        int node = others.get(random.nextInt(others.size()));
        progress.phase("slow follower: n" + node + " loses its link for a moment, again and again");
        long began = System.nanoTime();
        long ended = began + nanos(step.lastingMillis());
        while (System.nanoTime() - ended < 0) {
            stage.cutOff(node);
            Pause.millis(DOWN.pick(random));
            stage.heal();
            Pause.millis(UP.pick(random));
        }
        end(new Fault(step.kind(), node, began, began, ended, System.nanoTime()));
    }

    private void crash(Plan.Step step) throws IOException {
        int leader = leader();
        progress.phase("leader crash: n" + leader + " is killed");
        long began = System.nanoTime();
        stage.kill(leader);
        long inForce = System.nanoTime();
        sleepUntil(inForce + nanos(step.lastingMillis()));
        long undoing = System.nanoTime();
        stage.start(leader);
        whole();
        end(new Fault(step.kind(), leader, began, inForce, undoing, System.nanoTime()));
    }

    private void end(Fault fault) {
        done.add(fault);
        progress.phase("whole again");
    }

    private Plan.Step await(Plan.Step step) {
        sleepUntil(originNanos + nanos(step.atMillis()));
        whole();
        return step;
    }

    private void whole() {
        String missing = stage.awaitReady(RECOVERY);
        if (!missing.isEmpty()) {
            throw new IllegalStateException("the cluster did not recover: " + missing);
        }
    }

    private int leader() {
        for (int attempt = 0; attempt < LEADER_ATTEMPTS; attempt++) {
            var leader = stage.leader();
            if (leader.isPresent()) {
                return leader.get();
            }
            Pause.millis(50);
        }
        throw new IllegalStateException("no member says that it leads");
    }

    private static void sleepUntil(long nanos) {
        Pause.millis((nanos - System.nanoTime()) / 1_000_000);
    }

    private static long nanos(long millis) {
        return millis * 1_000_000;
    }
}
