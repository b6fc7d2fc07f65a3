package io.lockstep.node;

import io.grpc.Channel;
import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.apply.StateOpenException;
import io.lockstep.node.config.ConfigException;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.expiry.Expiry;
import io.lockstep.node.expiry.LeaseClock;
import io.lockstep.node.expiry.Renewals;
import io.lockstep.node.members.MemberKeeper;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.propose.AppliedElsewhere;
import io.lockstep.node.propose.AppliedGate;
import io.lockstep.node.propose.Proposer;
import io.lockstep.node.propose.ProposerLimits;
import io.lockstep.node.raft.GroupMembers;
import io.lockstep.node.raft.RaftGroup;
import io.lockstep.node.raft.RaftStartException;
import io.lockstep.node.read.BoundProbe;
import io.lockstep.node.read.ReadGate;
import io.lockstep.node.read.ReadIndexSource;
import io.lockstep.node.read.RevisionGate;
import io.lockstep.node.read.StalenessBound;
import io.lockstep.node.rpc.NodeServices;
import io.lockstep.node.rpc.Staleness;
import io.lockstep.node.rpc.Views;
import io.lockstep.node.rpc.auth.LogIns;
import io.lockstep.node.rpc.port.ClientPort;
import io.lockstep.node.storage.StorageException;
import io.lockstep.node.watch.WatchHub;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of a cluster in this process. Parts start from the inside out (data directory, state, group, client port) and
 * close in the reverse order, so that none ever meets a part it needs closed.
 */
public final class KvNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KvNode.class);
    private static final int MAX_WAITING_READS = 65_536;

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final NodeFaults faults;
    private final ClientPort clientPort;
    private final ReplicatedState state;
    private final StateOfGroup stateOfGroup;
    private final AnswerThreads answers;
    private final NodeClock clock;
    private final RaftGroup group;
    private final long memberId;
    private final long clusterId;
    private boolean closed;

    private KvNode(NodeConfig config, FatalHandler fatal) throws IOException, RaftStartException {
        NodeFaults.Cut cut = new NodeFaults.Cut();
        faults = new NodeFaults(this, cut);
        try {
            DataDirectory directory = opened(DataDirectory.open(config.dataDirectory()));
            NodeIdentity identity = NodeIdentity.of(config);
            clusterId = identity.clusterId();
            memberId = identity.memberId();
            long bootId = new SecureRandom().nextLong();

            GroupLink link = new GroupLink(memberId);
            clock = new NodeClock();
            answers = opened(new AnswerThreads());
            Proposer proposer = new Proposer(
                    memberId, bootId, ProposerLimits.defaults(config.electionTimeout()), link, answers.executor());
            StalenessBound bound = new StalenessBound(config.maxClockDrift());
            Optional<StepStops> stops = StepStops.configured();
            ReadIndexSource rounds =
                    stops.<ReadIndexSource>map(on -> on.around(link)).orElse(link);
            ReadGate gate =
                    new ReadGate(rounds, answers.executor(), noLeaderPatience(config), MAX_WAITING_READS, bound);
            RevisionGate revisions = new RevisionGate(gate, answers.executor());
            AppliedGate applied = new AppliedGate(answers.executor());
            AppliedElsewhere elsewhere = new AppliedElsewhere(link::askApplied, config.electionTimeout());
            BoundProbe probe = new BoundProbe(gate, bound);
            LogIns logIns = Wiring.logIns(config);
            opened(logIns.passwords());
            ReadsOfNode reads = new ReadsOfNode(gate, revisions, bound, probe);
            LeaseClock leaseClock = new LeaseClock(System::nanoTime);
            Expiry expiry = new Expiry(leaseClock, link::leadership, gate::await, proposer::propose);
            Renewals renewals = new Renewals(proposer::propose, System::nanoTime);
            WatchHub watches = new WatchHub(Wiring.watches(config), this::view);
            state = opened(ReplicatedState.open(
                    Wiring.state(identity, bootId, directory.path()),
                    new AppliedEvents(
                            proposer, revisions, applied, leaseClock, logIns.tokens(), watches, link::onView)));
            opened(watches);
            opened(proposer);
            opened(gate);
            opened(elsewhere);
            GroupMembers members = membersOnDisk(link, identity, config);
            revisions.onPublished(state.revision());
            applied.onApplied(state.appliedIndex());
            LeadershipEvents leadership = new LeadershipEvents(proposer, gate);
            PrometheusRegistry metrics = new PrometheusRegistry();
            stateOfGroup = new StateOfGroup(state);
            group = opened(RaftGroup.start(
                    Wiring.raft(config, identity, members, directory.path(), cut),
                    stateOfGroup,
                    leadership,
                    fatal::onFatal,
                    new GroupMetrics(metrics)));
            link.connect(group, proposer, applied, gate);
            proposer.start();
            WritesOfNode writes = new WritesOfNode(memberId, proposer, elsewhere, state);
            MemberLag lag = new MemberLag(this::isLeader, applied::applied, writes::others, link::askApplied);
            lag.register(metrics);
            UpkeepOfNode upkeep = opened(
                    new UpkeepOfNode(config.upkeep(), directory.path(), memberId, state, proposer, this::isLeader));
            StatesCompared compared = opened(new StatesCompared(
                    new StatesCompared.Parts(memberId, group, state, proposer, reads, writes::others),
                    config.upkeep().corruptCheckInterval()));
            Backups backups = new Backups(directory.path().resolve("backup"), clusterId, memberId, state);
            LeaderMoves moves = new LeaderMoves(group);
            MembersOfNode others = new MembersOfNode(
                    memberId, group, state, proposer, config.limits().maxLearners());
            MemberKeeper keeper = opened(new MemberKeeper(others));
            keeper.start();
            others.register(metrics);
            group.answerJoins(new JoinsOfNode(clusterId, state, gate, proposer)::answer);
            opened(clock); // here, so that it closes before what it watches
            clock.start(List.of(
                    proposer::onTick,
                    gate::onTick,
                    probe::onTick,
                    applied::onTick,
                    elsewhere::onTick,
                    lag::onTick,
                    expiry::onTick,
                    renewals::onTick,
                    upkeep::onTick,
                    compared::onTick,
                    moves::onTick,
                    others::onTick));
            GroupStatus status = new GroupStatus(group, state, leadership, link::isLearner);
            WritePathMetrics.register(metrics, proposer, gate);
            WatchMetrics.register(metrics, watches);
            LeasesOfNode.register(metrics, leaseClock, expiry);
            LeasesOfNode leases =
                    new LeasesOfNode(leaseClock, renewals, LeasesOfNode.minTtlSeconds(config.electionTimeout()));
            Views views = state::acquireView;
            NodeServices services = new NodeServices(
                    clusterId,
                    memberId,
                    ProductVersion.TEXT,
                    writes,
                    leases,
                    reads,
                    stops.map(on -> on.around(views)).orElse(views),
                    stops.<Staleness>map(on -> on.around(reads)).orElse(reads),
                    watches,
                    status,
                    upkeep,
                    new CareOfNode(upkeep, moves, backups),
                    others,
                    logIns,
                    metrics);
            clientPort = opened(ClientPort.start(Wiring.clientPort(config), services));
            List<String> clientUrls = Wiring.clientUrls(config, clientPort.addresses());
            opened(MemberPublisher.start(config, memberId, clientUrls, proposer, clock));
        } catch (Throwable e) {
            close();
            throw e;
        }
        Wiring.openPeerPort(config).ifPresent(LOG::warn);
        LOG.info(
                "member {} ({}) of cluster {} serves clients on {}",
                config.name(),
                Long.toHexString(memberId),
                Long.toHexString(clusterId),
                clientPort.addresses());
    }

    /**
     * Starts a node that logs an error and closes itself if it later can't go on; it never ends the process.
     *
     * @see #start(NodeConfig, FatalHandler)
     */
    public static KvNode start(NodeConfig config) {
        ReportAndClose fatal = new ReportAndClose();
        KvNode node = start(config, fatal);
        fatal.started(node);
        return node;
    }

    /**
     * Starts a node and returns once its ports are open; it may not know a leader yet.
     *
     * @param fatal told once if the node later can't go on; any thread, must not block
     * @throws ConfigException if a setting is wrong
     * @throws NodeStartException if the node can't start: what is wrong, and what to do
     */
    public static KvNode start(NodeConfig config, FatalHandler fatal) {
        try {
            return new KvNode(config, fatal);
        } catch (IOException | RaftStartException | StateOpenException | StorageException e) {
            throw new NodeStartException(String.valueOf(e.getMessage()), e);
        }
    }

    /** @throws RaftStartException this member knows that it was removed */
    private GroupMembers membersOnDisk(GroupLink link, NodeIdentity identity, NodeConfig config)
            throws RaftStartException {
        ReadView view = view();
        try {
            link.onView(view);
            if (view.goneMembers().contains(memberId)) {
                throw new RaftStartException("member " + config.name() + " (" + Long.toHexString(memberId)
                        + ") was removed from the cluster " + Long.toHexString(clusterId)
                        + ": start it with an empty data directory once it was added anew");
            }
            return NodeIdentity.group(
                    view.members().isEmpty() ? identity.firstMembers() : view.members(), view.goneMembers());
        } finally {
            view.release();
        }
    }

    private ReadView view() {
        return state.acquireView();
    }

    private <P extends AutoCloseable> P opened(P part) {
        parts.push(part);
        return part;
    }

    static Duration noLeaderPatience(NodeConfig config) {
        return config.electionTimeout().multipliedBy(3).dividedBy(2);
    }

    /** Where clients are served, with the ports that were found for port 0. */
    public List<InetSocketAddress> clientAddresses() {
        return clientPort.addresses();
    }

    /**
     * The services of the client port without TCP, for callers in this process: the same checks, deadlines, metadata and
     * trailers. Open until the node closes, and closed by it.
     */
    public Channel channel() {
        return clientPort.channel();
    }

    /** For tests: pauses, partitions, a crash. */
    public NodeFaults faults() {
        return faults;
    }

    public long memberId() {
        return memberId;
    }

    /** Whether this node leads its cluster now. */
    public boolean isLeader() {
        return group.leadership().self();
    }

    /** The member that leads, as far as this node knows; 0: it knows of none. */
    public long leaderId() {
        return group.leadership().leaderId();
    }

    /** The newest term that this node knows. */
    public long term() {
        return group.term();
    }

    /** For {@link NodeFaults#pause}: whoever hears, speaks, answers or applies waits for the latch. */
    synchronized void hold(CountDownLatch until) {
        if (!closed) {
            stateOfGroup.hold(until);
            group.hold(until);
            clientPort.hold(until);
            answers.hold(until);
            clock.hold(until);
        }
    }

    /** Ends like a crash: see {@link NodeFaults#crash}. */
    void crash() {
        faults.end();
        synchronized (this) {
            if (!closed) {
                clientPort.abandon();
                group.abandon();
                close(state::abandon);
            }
        }
    }

    /** Closes in good order but for leadership, which is not handed over: for when all members end at once. */
    public void leave() {
        faults.end();
        synchronized (this) {
            if (!closed) {
                group.abandon();
                close(() -> {});
            }
        }
    }

    /** Leaves the cluster for now: leadership moves away, open calls end, data is flushed. Blocks; may be called twice. */
    @Override
    public final void close() {
        faults.end();
        close(() -> {});
    }

    /** @param lastOfState done to the state instead of its flush */
    private synchronized void close(Runnable lastOfState) {
        if (closed) {
            return;
        }
        closed = true;
        for (AutoCloseable part : parts) {
            try {
                if (part == state) {
                    lastOfState.run();
                }
                part.close();
            } catch (Exception e) {
                LOG.warn("{} did not close cleanly", part.getClass().getSimpleName(), e);
            }
        }
    }
}
