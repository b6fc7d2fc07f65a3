package io.lockstep.lab;

import io.grpc.Channel;
import io.lockstep.node.embedded.ClusterStartException;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Three members in this process, for where there is no root: the program itself loses what crosses a partition. */
final class EmbeddedStage implements Stage {
    private static final String LOG_FILE_PROPERTY = "lockstep.log.file";

    private final EmbeddedCluster cluster;
    private final Thread hook;
    /** Guarded by this: the hook and the lab's thread may both close. */
    private boolean closed;

    private EmbeddedStage(EmbeddedCluster cluster) {
        this.cluster = cluster;
        this.hook = new Thread(this::closeOnce, "lab-cleanup");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** @param logFolder for what the members log, if nothing was logged in this process before */
    static EmbeddedStage start(Path logFolder) {
        if (System.getProperty(LOG_FILE_PROPERTY) == null) {
            System.setProperty(
                    LOG_FILE_PROPERTY, logFolder.resolve("members.log").toString());
        }
        return new EmbeddedStage(EmbeddedCluster.start(NODES));
    }

    @Override
    public String isolation() {
        return "three members in one process; the program itself loses what crosses the partition";
    }

    @Override
    public List<String> endpoints() {
        return cluster.endpoints().stream()
                .map(url -> url.substring(url.lastIndexOf('/') + 1))
                .toList();
    }

    @Override
    public Channel channel(int node) {
        return cluster.channel(node - 1);
    }

    /** A call in this process finds out at once whether its member is back. */
    @Override
    public void reconnect() {}

    @Override
    public Optional<Integer> leader() {
        OptionalInt leader = cluster.leader();
        return leader.isPresent() ? Optional.of(leader.getAsInt() + 1) : Optional.empty();
    }

    @Override
    public String awaitReady(Duration patience) {
        try {
            cluster.awaitReady(patience);
            return "";
        } catch (ClusterStartException late) {
            return String.valueOf(late.getMessage());
        }
    }

    @Override
    public void cutOff(int node) {
        cluster.isolate(node - 1);
    }

    @Override
    public void heal() {
        cluster.heal();
    }

    @Override
    public void kill(int node) {
        cluster.kill(node - 1);
    }

    @Override
    public void start(int node) {
        cluster.restart(node - 1);
    }

    private synchronized void closeOnce() {
        if (!closed) {
            closed = true;
            cluster.close();
        }
    }

    @Override
    public void close() {
        closeOnce();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook runs or has run: there is nothing left to close.
        }
    }
}
