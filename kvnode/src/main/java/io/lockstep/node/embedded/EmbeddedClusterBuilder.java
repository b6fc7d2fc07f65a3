package io.lockstep.node.embedded;

import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.config.NodeLimits;
import io.lockstep.node.config.Upkeep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How an {@link EmbeddedCluster} is made. Not thread-safe. */
public final class EmbeddedClusterBuilder {
    private static final int MAX_NODES = 5;

    /** Somebody else may take a free port before a node does. */
    private static final int TRIES = 3;

    private final int nodes;
    private @Nullable Path directory;
    private Duration heartbeatInterval = Duration.ofMillis(50);
    private Duration electionTimeout = Duration.ofMillis(500);
    private NodeLimits limits = NodeLimits.DEFAULT;
    private Upkeep upkeep = Upkeep.DEFAULT;

    EmbeddedClusterBuilder(int nodes) {
        if (nodes < 1 || nodes > MAX_NODES || nodes % 2 == 0) {
            throw new IllegalArgumentException("a cluster of " + nodes + " nodes: it must be 1, 3 or 5");
        }
        this.nodes = nodes;
    }

    /** Where the data is kept, also after the close; a cluster that was there before goes on. */
    public EmbeddedClusterBuilder directory(Path directory) {
        this.directory = directory;
        return this;
    }

    /**
     * How often a leader shows itself, and after which silence another is elected; 50 and 500 ms unless set. Less makes
     * tests with lost leaders quicker, and elections in vain more likely on a busy machine.
     */
    public EmbeddedClusterBuilder timing(Duration heartbeatInterval, Duration electionTimeout) {
        this.heartbeatInterval = heartbeatInterval;
        this.electionTimeout = electionTimeout;
        return this;
    }

    public EmbeddedClusterBuilder limits(NodeLimits limits) {
        this.limits = limits;
        return this;
    }

    /** The bounds and habits of each node's state. */
    public EmbeddedClusterBuilder upkeep(Upkeep upkeep) {
        this.upkeep = upkeep;
        return this;
    }

    /**
     * Starts all nodes at once and waits until each answers.
     *
     * @throws ClusterStartException if it does not come up within 30 s
     */
    public EmbeddedCluster start() {
        Path kept = directory;
        if (kept != null) {
            return startIn(kept, false);
        }
        for (int attempt = 1; ; attempt++) {
            Path fresh = newDirectory();
            try {
                return startIn(fresh, true);
            } catch (RuntimeException e) {
                EmbeddedCluster.delete(fresh);
                if (attempt == TRIES || !isPortTaken(e)) {
                    throw e;
                }
            }
        }
    }

    private EmbeddedCluster startIn(Path place, boolean temporary) {
        long begunNanos = System.nanoTime();
        ClusterPlan plan = ClusterPlan.in(place, nodes);
        List<NodeSlot> slots = slots(place, plan);
        try {
            NodeSlot.all(slots, NodeSlot::start);
            return EmbeddedCluster.of(place, temporary, slots, begunNanos);
        } catch (ClusterStartException e) {
            throw e;
        } catch (RuntimeException e) {
            NodeSlot.all(slots, NodeSlot::crash);
            throw new ClusterStartException("the cluster does not start: " + e.getMessage(), e);
        }
    }

    private static boolean isPortTaken(RuntimeException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.contains("Address already in use") || message.contains("already used in this process");
    }

    private List<NodeSlot> slots(Path place, ClusterPlan plan) {
        List<NodeSlot> slots = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            String name = ClusterPlan.name(node);
            slots.add(new NodeSlot(
                    node,
                    NodeConfig.embedded(place.resolve(name))
                            .memberOf(name, plan.peerUrls(), plan.token())
                            .clientUrls(plan.clientUrl(node))
                            .timing(heartbeatInterval, electionTimeout)
                            .limits(limits)
                            .upkeep(upkeep)
                            .build()));
        }
        return slots;
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("lockstep-cluster-");
        } catch (IOException e) {
            throw new UncheckedIOException("no temporary directory for the cluster: " + e, e);
        }
    }
}
