package io.lockstep.jepsen.run;

import io.grpc.StatusRuntimeException;
import io.lockstep.jepsen.client.BulkClient;
import io.lockstep.jepsen.cluster.Cluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Loads many keys, kills all nodes at once, starts them again, and reads every acknowledged key back on every node. With
 * {@code away}, one node is cut off for half of the load and must catch up by a snapshot while the other half is written.
 */
public final class BulkRun {
    private static final int NODES = 3;
    private static final int OUTSTANDING = 384;
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    private static final String SNAPSHOTS_INSTALLED = "lockstep_snapshot_install_duration_seconds_count";

    private static final int SENT = 0;
    private static final int ACKNOWLEDGED = 1;
    private static final int UNKNOWN = 2;

    private final BulkOptions options;
    private final Consumer<String> progress;
    private final AtomicIntegerArray outcomes;
    private final List<String> problems = new ArrayList<>();

    private BulkRun(BulkOptions options, Consumer<String> progress) {
        this.options = options;
        this.progress = progress;
        this.outcomes = new AtomicIntegerArray(options.keys());
    }

    /** Returns what went wrong: nothing, if every acknowledged key was read back on every node. */
    public static List<String> run(BulkOptions options, Consumer<String> progress)
            throws IOException, InterruptedException {
        BulkRun run = new BulkRun(options, progress);
        try (Cluster cluster = Cluster.start(new Cluster.Spec(options.server(), NODES, false, options.results()))) {
            run.all(cluster);
        }
        return run.problems;
    }

    private void all(Cluster cluster) throws IOException, InterruptedException {
        awaitReady(cluster, "start");
        int half = options.keys() / 2;
        if (options.away()) {
            int away = cluster.leader().orElse(NODES) % NODES + 1;
            expectEffect("cut of n" + away, cluster.cut(linksOf(away, cluster.nodes())));
            load(cluster, 0, half, away);
            expectEffect("healing", cluster.healNetwork());
            load(cluster, half, options.keys(), away);
            awaitReady(cluster, "n" + away + " is back");
            checkAll(cluster, "with n" + away + " back after " + half + " writes without it");
            requireSnapshot(cluster, away);
        } else {
            load(cluster, 0, options.keys(), 0);
        }
        reportMemory(cluster, "after the load");
        expectEffect("kill of all nodes", cluster.kill(cluster.nodes()));
        long killed = System.nanoTime();
        expectEffect("start of all nodes", cluster.start(cluster.nodes()));
        awaitReady(cluster, "start after the kill");
        progress.accept(String.format("all nodes killed; they serve again after %.1f s", secondsSince(killed)));
        checkAll(cluster, "after all nodes were killed");
        reportMemory(cluster, "after reading all back");
        problems.addAll(cluster.surprises());
    }

    private static List<int[]> linksOf(int node, List<Integer> nodes) {
        return nodes.stream()
                .filter(other -> other != node)
                .flatMap(other -> Stream.of(new int[] {node, other}, new int[] {other, node}))
                .toList();
    }

    /** That the others' logs no longer reached back is the point of being away. */
    private void requireSnapshot(Cluster cluster, int away) throws IOException, InterruptedException {
        OptionalDouble installed = cluster.metric(away, SNAPSHOTS_INSTALLED);
        progress.accept("n" + away + " installed "
                + (installed.isPresent() ? (long) installed.getAsDouble() : "an unknown number of") + " snapshots");
        if (installed.isPresent() && installed.getAsDouble() == 0) {
            problems.add("n" + away + " caught up from the log: write more keys, or let the servers keep less of their"
                    + " logs (--server-flag=--snapshot-count=5000 --server-flag=--log-margin=1000)");
        }
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }

    private void awaitReady(Cluster cluster, String when) {
        String missing = cluster.awaitReady(PATIENCE);
        if (!missing.isEmpty()) {
            throw new IllegalStateException(when + ": " + missing);
        }
    }

    private void expectEffect(String what, String problem) {
        if (!problem.isEmpty()) {
            throw new IllegalStateException(what + ": " + problem);
        }
    }

    private void load(Cluster cluster, int from, int to, int spared) throws InterruptedException {
        List<BulkClient> clients = new ArrayList<>();
        for (int node : cluster.nodes()) {
            if (node != spared) {
                clients.add(cluster.connectBulk(node, options.valueBytes()));
            }
        }
        Semaphore outstanding = new Semaphore(OUTSTANDING);
        long begun = System.nanoTime();
        int tenth = Math.max(1, options.keys() / 10);
        for (int number = from; number < to; number++) {
            outstanding.acquire();
            clients.get(number % clients.size())
                    .put(number, done -> end(done, ACKNOWLEDGED, outstanding), lost -> end(lost, UNKNOWN, outstanding));
            if ((number + 1) % tenth == 0) {
                progress.accept(String.format(
                        "%,d keys sent, %,.0f a second", number + 1, (number + 1 - from) / secondsSince(begun)));
            }
        }
        outstanding.acquire(OUTSTANDING);
        clients.forEach(BulkClient::close);
    }

    private void end(int number, int outcome, Semaphore outstanding) {
        outcomes.compareAndSet(number, SENT, outcome);
        outstanding.release();
    }

    private void checkAll(Cluster cluster, String when) {
        for (int node : cluster.nodes()) {
            BitSet found = new BitSet(options.keys());
            ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
            try (BulkClient client = cluster.connectBulk(node, options.valueBytes())) {
                awaitCaughtUp(client, node);
                client.readBack(options.keys(), found::set, wrong::add);
            } catch (StatusRuntimeException e) {
                throw new IllegalStateException(
                        "n" + node + " " + when + " could not be read back: " + e.getStatus(), e);
            }
            judge("n" + node + " " + when, found, wrong);
        }
    }

    /** One that was away for long refuses linearizable reads until it has caught up. */
    private void awaitCaughtUp(BulkClient client, int node) {
        long begun = System.nanoTime();
        while (!client.isCaughtUp()) {
            if (secondsSince(begun) > PATIENCE.toSeconds()) {
                throw new IllegalStateException("n" + node + " did not catch up in " + PATIENCE.toSeconds() + " s");
            }
        }
        if (secondsSince(begun) > 1) {
            progress.accept(String.format("n%d had caught up after %.1f s", node, secondsSince(begun)));
        }
    }

    private void judge(String where, BitSet found, Iterable<String> wrong) {
        int acknowledged = 0;
        int lost = 0;
        int unknown = 0;
        int unknownFound = 0;
        for (int number = 0; number < options.keys(); number++) {
            if (outcomes.get(number) == ACKNOWLEDGED) {
                acknowledged++;
                lost += found.get(number) ? 0 : 1;
            } else if (outcomes.get(number) == UNKNOWN) {
                unknown++;
                unknownFound += found.get(number) ? 1 : 0;
            }
        }
        progress.accept(String.format(
                "%s: %,d acknowledged, %,d of them lost; %,d of unknown outcome, %,d of them there",
                where, acknowledged, lost, unknown, unknownFound));
        if (lost > 0) {
            problems.add(where + ": " + lost + " acknowledged keys are lost");
        }
        wrong.forEach(key -> problems.add(where + ": another value than was written: " + key));
    }

    private void reportMemory(Cluster cluster, String when) {
        StringBuilder line = new StringBuilder("resident memory " + when + ":");
        for (int node : cluster.nodes()) {
            line.append(String.format("  n%d %,d MiB", node, cluster.residentBytes(node) >> 20));
        }
        progress.accept(line.toString());
    }
}
