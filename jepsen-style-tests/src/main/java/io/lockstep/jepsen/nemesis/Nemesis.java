package io.lockstep.jepsen.nemesis;

import io.lockstep.jepsen.client.NodeStatus;
import io.lockstep.jepsen.cluster.Cluster;
import io.lockstep.jepsen.cluster.Pause;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Carries out a plan. One thread; the cluster's faults belong to it until it is done. */
public final class Nemesis {
    /** How long a cluster may take to work again once a fault is over. */
    public static final Duration RECOVERY = Duration.ofSeconds(60);

    /** Some times the entries between two snapshots, also where several writes share an entry. */
    private static final long WRITES_AWAY = 250;

    private static final Duration AWAY = Duration.ofSeconds(30);
    private static final Duration INSTALL = Duration.ofSeconds(15);
    private static final String SNAPSHOTS_INSTALLED = "lockstep_snapshot_install_duration_seconds_count";
    private static final int LEADER_ATTEMPTS = 40;
    private static final int LEADER_RETRY_MILLIS = 100;

    private final Cluster cluster;
    private final Plan plan;
    private final Consumer<FaultRecord> done;

    /** @param done told of each fault once it is over, from this thread */
    public Nemesis(Cluster cluster, Plan plan, Consumer<FaultRecord> done) {
        this.cluster = cluster;
        this.plan = plan;
        this.done = done;
    }

    /** Blocks until the plan is through. */
    public void run(long originNanos) {
        for (Plan.Step step : plan.steps()) {
            Pause.millis(step.atMillis() - (System.nanoTime() - originNanos) / 1_000_000);
            done.accept(carryOut(step));
        }
    }

    /** Leaves no fault behind, whatever happened before. Returns what could not be undone, or an empty text. */
    public static String undoEverything(Cluster cluster) throws IOException {
        String network = cluster.healNetwork();
        for (int node : cluster.nodes()) {
            cluster.resume(List.of(node)); // most do not run or are not stopped: that is no problem
        }
        String started = cluster.start(cluster.nodes());
        return network + started;
    }

    private FaultRecord carryOut(Plan.Step step) {
        List<Integer> nodes = List.of();
        long began = System.nanoTime();
        try {
            nodes = targets(step);
            double snapshots = step.kind().group() == FaultKind.Group.SNAPSHOT ? installed(nodes) : 0;
            String doing = begin(step.kind(), nodes);
            began = System.nanoTime();
            if (step.kind().group() == FaultKind.Group.STOPS) {
                doing += cluster.stopAtSteps(step.lastingMillis());
            } else {
                Pause.millis(step.lastingMillis());
            }
            if (step.kind().group() == FaultKind.Group.SNAPSHOT) {
                doing += awaitWrites(nodes);
            }
            long ended = System.nanoTime();
            String undoing = end(step.kind(), nodes);
            if (step.kind().group() == FaultKind.Group.SNAPSHOT) {
                undoing += awaitInstall(nodes, snapshots);
            }
            boolean effective = doing.isEmpty() && undoing.isEmpty();
            String detail = effective ? "nodes " + nodes : doing + undoing;
            return new FaultRecord(step.kind(), nodes, began, ended, awaitRecovery(ended), effective, detail);
        } catch (IOException | RuntimeException e) {
            long ended = System.nanoTime();
            String detail = String.valueOf(e.getMessage());
            return new FaultRecord(step.kind(), nodes, began, ended, awaitRecovery(ended), false, detail);
        }
    }

    /** How many snapshots a node has installed. */
    private double installed(List<Integer> nodes) throws IOException {
        try {
            return cluster.metric(nodes.get(0), SNAPSHOTS_INSTALLED).orElse(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Until the others have written so much more that they must have cut their logs. */
    private String awaitWrites(List<Integer> away) {
        long behind = cluster.status(away.get(0)).map(NodeStatus::revision).orElse(0L);
        long deadline = System.nanoTime() + AWAY.toNanos();
        long newest = 0;
        while (newest < behind + WRITES_AWAY && System.nanoTime() - deadline < 0) {
            Pause.millis(LEADER_RETRY_MILLIS);
            newest = cluster.leader()
                    .flatMap(cluster::status)
                    .map(NodeStatus::revision)
                    .orElse(0L);
        }
        return newest < behind + WRITES_AWAY ? "too little was written for a snapshot" : "";
    }

    /** That the others' logs no longer reached back is the point. */
    private String awaitInstall(List<Integer> nodes, double before) throws IOException {
        long deadline = System.nanoTime() + INSTALL.toNanos();
        while (installed(nodes) <= before) {
            if (System.nanoTime() - deadline > 0) {
                return "nodes " + nodes + " came back without a snapshot";
            }
            Pause.millis(LEADER_RETRY_MILLIS);
        }
        return "";
    }

    /** The next fault meets a cluster that works, however slow the machine is. */
    private long awaitRecovery(long endedNanos) {
        String missing = cluster.awaitReady(RECOVERY);
        return missing.isEmpty() ? (System.nanoTime() - endedNanos) / 1_000_000 : -1;
    }

    private List<Integer> targets(Plan.Step step) {
        return switch (step.kind()) {
            case PARTITION_LEADER, KILL_LEADER, PAUSE_LEADER -> List.of(leader());
            // Half of the time the leader: one that cannot hear, or is not heard, is the interesting one.
            case PARTITION_ONE_WAY_IN, PARTITION_ONE_WAY_OUT ->
                List.of(step.pick() % 2 == 0 ? leader() : any(step.pick()));
            case KILL_ONE, PAUSE_ONE, POWER_ONE -> List.of(any(step.pick()));
            case PARTITION_HALVES -> shuffled(step.pick()).subList(0, (cluster.size() - 1) / 2);
            case KILL_MAJORITY, PAUSE_MAJORITY -> shuffled(step.pick()).subList(0, cluster.size() / 2 + 1);
            case KILL_ALL, POWER_ALL, STOP_AT_STEPS -> cluster.nodes();
            case AWAY_FOLLOWER, CLOCK_SLOW, CLOCK_FAST, CLOCK_BEYOND ->
                List.of(1 + (leader() + step.pick() % (cluster.size() - 1)) % cluster.size());
        };
    }

    private int leader() {
        for (int attempt = 0; attempt < LEADER_ATTEMPTS; attempt++) {
            Optional<Integer> leader = cluster.leader();
            if (leader.isPresent()) {
                return leader.get();
            }
            Pause.millis(LEADER_RETRY_MILLIS);
        }
        throw new IllegalStateException("no node says that it leads");
    }

    private int any(int pick) {
        return 1 + pick / 2 % cluster.size();
    }

    private List<Integer> shuffled(int pick) {
        List<Integer> nodes = new ArrayList<>(cluster.nodes());
        SplittableRandom random = new SplittableRandom(pick);
        for (int i = nodes.size() - 1; i > 0; i--) {
            Collections.swap(nodes, i, random.nextInt(i + 1));
        }
        return nodes;
    }

    private String begin(FaultKind kind, List<Integer> nodes) throws IOException {
        return switch (kind) {
            case PARTITION_HALVES, PARTITION_LEADER, AWAY_FOLLOWER -> cluster.cut(between(nodes, true, true));
            case PARTITION_ONE_WAY_IN -> cluster.cut(between(nodes, false, true));
            case PARTITION_ONE_WAY_OUT -> cluster.cut(between(nodes, true, false));
            case KILL_LEADER, KILL_ONE, KILL_MAJORITY, KILL_ALL -> cluster.kill(nodes);
            case PAUSE_LEADER, PAUSE_ONE, PAUSE_MAJORITY -> cluster.pause(nodes);
            case POWER_ONE, POWER_ALL -> cluster.cutPower(nodes);
            // Cut off, it knows only by its clock how stale it is.
            case CLOCK_SLOW, CLOCK_FAST, CLOCK_BEYOND ->
                cluster.runClocks(nodes, kind.clockRate()) + cluster.cut(between(nodes, true, true));
            case STOP_AT_STEPS -> "";
        };
    }

    private List<int[]> between(List<Integer> side, boolean from, boolean to) {
        List<int[]> directions = new ArrayList<>();
        for (int inside : side) {
            for (int outside : cluster.nodes()) {
                if (side.contains(outside)) {
                    continue;
                }
                if (from) {
                    directions.add(new int[] {inside, outside});
                }
                if (to) {
                    directions.add(new int[] {outside, inside});
                }
            }
        }
        return directions;
    }

    private String end(FaultKind kind, List<Integer> nodes) throws IOException {
        return switch (kind.group()) {
            case PARTITION, SNAPSHOT -> cluster.healNetwork();
            case KILL, POWER -> cluster.start(nodes);
            case PAUSE -> cluster.resume(nodes);
            case CLOCK, CLOCK_TOO_SLOW -> cluster.healNetwork() + cluster.runClocks(nodes, 1);
            case STOPS -> "";
        };
    }
}
