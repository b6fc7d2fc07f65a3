package io.lockstep.node.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.NodeManager;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcRequestClosure;
import com.alipay.sofa.jraft.rpc.RpcRequests;
import io.lockstep.node.raft.log.GuardedLogStorage;
import io.lockstep.node.raft.log.GuardedServiceFactory;
import io.lockstep.node.raft.log.LogRefusedException;
import io.lockstep.node.raft.log.StartChecks;
import io.lockstep.node.raft.log.StartFacts;
import io.lockstep.node.raft.snapshot.SnapshotFiles;
import io.lockstep.node.raft.transport.PeerIds;
import io.lockstep.node.raft.transport.PeerTransport;
import io.lockstep.node.raft.transport.RaftNodeOptions;
import io.lockstep.node.raft.transport.RaftRequests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One life of JRaft's node, with the options that the fences need. */
final class RaftNode {
    /** Entries of one AppendEntries request; one more entry may follow, whatever its size. */
    static final int MAX_BODY_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(RaftNode.class);
    private static final int SNAPSHOT_CHUNK_BYTES = 1 << 20;

    private final RaftConfig config;
    private final NodeImpl jraft;
    private final GuardedLogStorage log;
    private final GuardedServiceFactory storages;
    private boolean stopped;

    private RaftNode(RaftConfig config, NodeImpl jraft, GuardedLogStorage log, GuardedServiceFactory storages) {
        this.config = config;
        this.jraft = jraft;
        this.log = log;
        this.storages = storages;
    }

    static RaftNode start(
            RaftConfig config,
            StateMachine state,
            PeerTransport transport,
            LeadershipView leadership,
            SnapshotTrigger trigger,
            Fatal fatal,
            RaftMetrics metrics,
            Executor background)
            throws RaftStartException {
        RaftOptions raftOptions = raftOptions(config);
        SnapshotFiles snapshots = new SnapshotFiles(config.clusterId(), config.memberId());
        GuardedLogStorage log = openLog(config, raftOptions, snapshots, state, trigger, metrics, fatal);
        GuardedServiceFactory storages =
                new GuardedServiceFactory(log, state.appliedIndex(), what -> fatal.report(what, null));
        RaftNodeOptions options = nodeOptions(config, transport, raftOptions, storages);
        options.setFsm(new RaftFsm(state, log, snapshots, trigger, leadership, fatal, metrics, background));

        PeerId self = PeerIds.of(config.self());
        NodeManager.getInstance().addAddress(self.getEndpoint());
        NodeImpl jraft = new NodeImpl(config.groupId(), self);
        RaftNode node = new RaftNode(config, jraft, log, storages);
        boolean started = false;
        try {
            started = jraft.init(options);
        } finally {
            if (!started) {
                node.stop();
            }
        }
        if (!started) {
            throw new RaftStartException("the consensus of " + config.name() + " in " + config.raftDirectory()
                    + " does not start; the lines above say why");
        }
        transport.serve(
                new RaftRequests(config.groupId(), config.me(), () -> config.joined() && state.appliedIndex() == 0));
        return node;
    }

    private static GuardedLogStorage openLog(
            RaftConfig config,
            RaftOptions options,
            SnapshotFiles snapshots,
            StateMachine state,
            SnapshotTrigger trigger,
            RaftMetrics metrics,
            Fatal fatal)
            throws RaftStartException {
        GuardedLogStorage log = null;
        try {
            Files.createDirectories(config.logDirectory());
            Files.createDirectories(config.voteDirectory());
            Files.createDirectories(config.snapshotDirectory());
            log = GuardedLogStorage.open(
                    config.logDirectory(),
                    config.groupId(),
                    options,
                    config.limits().truncationLagEntries(),
                    metrics,
                    what -> fatal.report(what, null));
            Optional<Path> snapshot = SnapshotFiles.newestIn(config.snapshotDirectory());
            StartFacts facts = new StartFacts(
                    state.appliedIndex(),
                    snapshot.map(SnapshotFiles::indexOf).orElse(0L),
                    snapshot.isPresent() && snapshots.isForeign(snapshot.get()));
            StartChecks.check(log, config.voteDirectory(), facts);
            trigger.resume(
                    Math.max(0, facts.stateAppliedIndex() - facts.snapshotIndex()),
                    log.estimateBytes(facts.snapshotIndex(), facts.stateAppliedIndex()));
            return log;
        } catch (IOException e) {
            close(log);
            throw new RaftStartException("the Raft data in " + config.raftDirectory() + " can't be read: " + e, e);
        } catch (LogRefusedException e) {
            close(log);
            throw new RaftStartException(String.valueOf(e.getMessage()), e);
        }
    }

    private static void close(@Nullable GuardedLogStorage log) {
        if (log != null) {
            log.shutdown();
        }
    }

    private static RaftOptions raftOptions(RaftConfig config) {
        RaftOptions options = new RaftOptions();
        options.setSync(true);
        options.setSyncMeta(true);
        options.setEnableLogEntryChecksum(true);
        options.setOpenStatistics(false);
        options.setMaxLogsInMemoryBytes(config.limits().maxLogMemoryBytes());
        options.setApplyBatch(128);
        options.setMaxAppendBufferSize(1 << 20);
        options.setMaxBodySize(MAX_BODY_BYTES);
        options.setMaxReplicatorInflightMsgs(32);
        options.setMaxByteCountPerRpc(SNAPSHOT_CHUNK_BYTES);
        options.setMaxElectionDelayMs(
                (int) Math.max(50, config.electionTimeout().toMillis() * 3 / 10));
        options.setElectionHeartbeatFactor((int) Math.max(
                2,
                config.electionTimeout().toMillis() / config.heartbeatInterval().toMillis()));
        return options;
    }

    private static RaftNodeOptions nodeOptions(
            RaftConfig config, PeerTransport transport, RaftOptions raftOptions, GuardedServiceFactory storages) {
        RaftNodeOptions options = new RaftNodeOptions(transport);
        options.setRaftOptions(raftOptions);
        options.setServiceFactory(storages);
        options.setElectionTimeoutMs((int) config.electionTimeout().toMillis());
        options.setSnapshotIntervalSecs(0);
        options.setDisableCli(true);
        options.setSharedElectionTimer(true);
        options.setSharedVoteTimer(true);
        options.setSharedStepDownTimer(true);
        options.setSharedSnapshotTimer(true);
        options.setSharedTimerPool(true);
        options.setRpcConnectTimeoutMs(
                (int) Math.max(20, config.electionTimeout().toMillis() / 10));
        options.setRpcInstallSnapshotTimeout((int) TimeUnit.MINUTES.toMillis(30));
        options.setLogUri(config.logDirectory().toString());
        options.setRaftMetaUri(config.voteDirectory().toString());
        options.setSnapshotUri(config.snapshotDirectory().toString());
        Configuration founders = new Configuration();
        if (!config.joined()) {
            config.initialMembers().forEach(member -> founders.addPeer(PeerIds.of(member.address())));
        }
        options.setInitialConf(founders);
        return options;
    }

    Node jraft() {
        return jraft;
    }

    /** Who votes, as the leader knows; nobody, if this member does not lead. */
    Set<PeerAddress> voters() {
        return configuration().map(RaftMembers::voters).orElse(Set.of());
    }

    /** Empty: this member does not lead. */
    Optional<RaftMembers> configuration() {
        try {
            return Optional.of(new RaftMembers(addresses(jraft.listPeers()), addresses(jraft.listLearners())));
        } catch (IllegalStateException e) {
            return Optional.empty();
        }
    }

    private static Set<PeerAddress> addresses(List<PeerId> peers) {
        return peers.stream().map(PeerIds::address).collect(Collectors.toSet());
    }

    /** One step of the configuration; the closure hears of it once it is committed, or why it is not. */
    void change(MemberChange change, PeerAddress member, Closure done) {
        PeerId peer = PeerIds.of(member);
        switch (change) {
            case ADD_LEARNER -> jraft.addLearners(List.of(peer), done);
            case REMOVE_LEARNER -> jraft.removeLearners(List.of(peer), done);
            case ADD_VOTER -> jraft.addPeer(peer, done);
            case REMOVE_VOTER -> jraft.removePeer(peer, done);
        }
    }

    /** Whether a snapshot is there that can be sent. */
    boolean hasSnapshot() throws IOException {
        return SnapshotFiles.newestIn(config.snapshotDirectory()).isPresent();
    }

    long term() {
        return storages.term();
    }

    /** The last entry that is durable here. */
    long durableIndex() {
        return log.durableIndex();
    }

    /** Stands for election at once, if nobody has done so since this cluster was founded. */
    void standFirst() {
        RpcRequests.TimeoutNowRequest request = RpcRequests.TimeoutNowRequest.newBuilder()
                .setGroupId(config.groupId())
                .setServerId(PeerIds.of(config.self()).toString())
                .setPeerId(PeerIds.of(config.self()).toString())
                .setTerm(0)
                .build();
        jraft.handleTimeoutNowRequest(request, new RpcRequestClosure(new NoAnswer()));
    }

    /** Nobody asked. */
    private static final class NoAnswer implements RpcContext {
        @Override
        public void sendResponse(Object answer) {
            // What became of it shows in who leads.
        }

        @Override
        public @Nullable Connection getConnection() {
            return null;
        }

        @Override
        public String getRemoteAddress() {
            return "";
        }
    }

    /** Moves leadership to whoever is nearest, and waits for that, but not long. */
    void handOver(LeadershipView leadership, Duration electionTimeout) {
        if (!jraft.isLeader(false) || voters().size() < 2) {
            return;
        }
        if (!jraft.transferLeadershipTo(PeerId.ANY_PEER).isOk()) {
            return;
        }
        long deadlineNanos = System.nanoTime() + electionTimeout.toNanos();
        try {
            while (leadership.leads() && System.nanoTime() - deadlineNanos < 0) {
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Blocks until JRaft let go of its files, or a bounded while. */
    synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        Thread stopper = new Thread(
                () -> {
                    jraft.shutdown();
                    try {
                        jraft.join();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "raft-stop-" + config.me().idText());
        stopper.setDaemon(true);
        stopper.start();
        try {
            stopper.join(TimeUnit.SECONDS.toMillis(10));
            if (stopper.isAlive()) {
                LOG.warn("the consensus does not end in 10 s; its threads are left behind");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        NodeManager.getInstance().removeAddress(PeerIds.of(config.self()).getEndpoint());
        log.shutdown();
    }
}
