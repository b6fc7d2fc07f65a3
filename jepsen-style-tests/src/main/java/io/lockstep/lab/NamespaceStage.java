package io.lockstep.lab;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.jepsen.cluster.Cluster;
import io.lockstep.jepsen.cluster.LockstepServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Three processes, each on a host of its own: a network namespace behind a switch that can drop packets. Needs root. */
final class NamespaceStage implements Stage {
    /** How often the wait for a member looks whether its process still runs. */
    private static final Duration SLICE = Duration.ofSeconds(1);

    private final Cluster cluster;
    private final Path logFolder;
    private final List<ManagedChannel> channels = new ArrayList<>();

    private NamespaceStage(Cluster cluster, Path logFolder) {
        this.cluster = cluster;
        this.logFolder = logFolder;
    }

    /** The members may not be ready yet. */
    static NamespaceStage start(Path logFolder) throws IOException {
        Cluster cluster =
                Cluster.start(new Cluster.Spec(LockstepServer.onClassPath(List.of()), NODES, false, logFolder));
        NamespaceStage stage = new NamespaceStage(cluster, logFolder);
        for (int node : cluster.nodes()) {
            stage.channels.add(NettyChannelBuilder.forTarget(cluster.clientTarget(node))
                    .usePlaintext()
                    .disableRetry()
                    .build());
        }
        return stage;
    }

    @Override
    public String isolation() {
        return "three processes, each in a network namespace of its own; the switch between them drops packets";
    }

    @Override
    public List<String> endpoints() {
        return cluster.nodes().stream().map(cluster::clientTarget).toList();
    }

    @Override
    public Channel channel(int node) {
        return channels.get(node - 1);
    }

    @Override
    public void reconnect() {
        channels.forEach(ManagedChannel::resetConnectBackoff);
    }

    @Override
    public Optional<Integer> leader() {
        return cluster.leader();
    }

    @Override
    public String awaitReady(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        String missing = cluster.awaitReady(SLICE);
        while (!missing.isEmpty() && System.nanoTime() - deadline < 0) {
            List<String> ended = cluster.surprises();
            if (!ended.isEmpty()) {
                return String.join(", ", ended) + ": see the logs in " + logFolder;
            }
            missing = cluster.awaitReady(SLICE);
        }
        return missing.isEmpty() ? "" : missing + ", for " + patience.toSeconds() + " s";
    }

    @Override
    public void cutOff(int node) {
        List<int[]> directions = new ArrayList<>();
        for (int other : cluster.nodes()) {
            if (other != node) {
                directions.add(new int[] {node, other});
                directions.add(new int[] {other, node});
            }
        }
        must(cluster.cut(directions));
    }

    @Override
    public void heal() {
        must(cluster.healNetwork());
    }

    @Override
    public void kill(int node) {
        must(cluster.kill(List.of(node)));
    }

    @Override
    public void start(int node) throws IOException {
        must(cluster.start(List.of(node)));
    }

    private static void must(String problem) {
        if (!problem.isEmpty()) {
            throw new IllegalStateException("a fault had no effect: " + problem);
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        cluster.close();
    }
}
