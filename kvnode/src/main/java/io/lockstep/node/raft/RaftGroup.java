package io.lockstep.node.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.State;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftError;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.raft.ReplicationWatchdog.PeerProgress;
import io.lockstep.node.raft.ReplicationWatchdog.Verdict;
import io.lockstep.node.raft.transport.AppendProgress;
import io.lockstep.node.raft.transport.PeerIds;
import io.lockstep.node.raft.transport.PeerTransport;
import io.lockstep.node.raft.transport.TransportConfig;
import io.lockstep.proto.peer.JoinReply;
import io.lockstep.proto.peer.JoinRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's part in the Raft group: the one door to JRaft.
 *
 * <p>A start either fails with one line, or gives a group that serves. A member with an empty directory serves before it
 * takes part: it founds the cluster with the others first, in the background, and until then it has no leader. Methods
 * may be called by any thread and do not block, but for {@link #close}.
 */
public final class RaftGroup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RaftGroup.class);
    private static final int MAX_BACKGROUND_TASKS = 1_000;

    private final RaftConfig config;
    private final StateMachine state;
    private final RaftMetrics metrics;
    private final LeadershipView leadership;
    private final ReadRounds readRounds;
    private final Fatal fatal;
    private final ThreadPoolExecutor background;
    private final PeerTransport transport;
    private final Founding founding;
    private final SnapshotTrigger snapshotTrigger;
    private final ReplicationWatchdog watchdog;
    private final ScheduledExecutorService watchdogTimer;
    private final AtomicBoolean closed = new AtomicBoolean();
    // The apply thread writes.
    private volatile GroupMembers members;
    // Null until this member is founded. Guarded by nodeLock for writing: founding thread, close, fatal stop.
    private final Object nodeLock = new Object();
    private volatile @Nullable RaftNode node;
    private volatile @Nullable Thread foundingThread;

    /** Starts without measuring. */
    public static RaftGroup start(
            RaftConfig config, StateMachine state, RaftListener listener, FatalHandler fatalHandler)
            throws RaftStartException {
        return start(config, state, listener, fatalHandler, RaftMetrics.NONE);
    }

    /** The state is open and stays the caller's: it is closed after the group. */
    public static RaftGroup start(
            RaftConfig config,
            StateMachine state,
            RaftListener listener,
            FatalHandler fatalHandler,
            RaftMetrics metrics)
            throws RaftStartException {
        SystemProperties.apply();
        Identity.claim(config);
        JvmRegistry.INSTANCE.acquire(
                config.groupId(), config.self().hostPort(), config.name() + " of " + config.groupId());
        RaftGroup group = null;
        try {
            group = new RaftGroup(config, state, listener, fatalHandler, metrics);
            group.begin();
            return group;
        } catch (RaftStartException | RuntimeException e) {
            if (group == null) {
                JvmRegistry.INSTANCE.release(config.groupId(), config.self().hostPort());
            } else {
                group.close();
            }
            throw e;
        }
    }

    private RaftGroup(
            RaftConfig config,
            StateMachine state,
            RaftListener listener,
            FatalHandler fatalHandler,
            RaftMetrics metrics)
            throws RaftStartException {
        this.config = config;
        this.members = config.members();
        this.state = state;
        this.metrics = metrics;
        this.leadership = new LeadershipView(config, listener);
        this.readRounds = new ReadRounds();
        leadership.onChange(readRounds::abandon);
        this.fatal = new Fatal(config.name() + " of " + config.groupId(), fatalHandler, this::stopNode);
        try {
            this.founding = Founding.open(config);
        } catch (IOException e) {
            throw new RaftStartException(
                    "the founding record below " + config.raftDirectory() + " can't be read: " + e + "; check the disk",
                    e);
        }
        this.background = newBackground();
        this.watchdog = new ReplicationWatchdog(Math.max(
                TimeUnit.SECONDS.toNanos(10), 5 * config.electionTimeout().toNanos()));
        this.watchdogTimer = Executors.newSingleThreadScheduledExecutor(
                task -> daemon(task, "raft-watchdog-" + config.me().idText()));
        this.snapshotTrigger = new SnapshotTrigger(config.limits(), this::snapshotSoon);
        this.transport = PeerTransport.start(new TransportConfig(
                config.clusterId(),
                config.groupId(),
                config.me(),
                config.members(),
                config.listenAddress(),
                config.tls().orElse(null),
                RaftNode.MAX_BODY_BYTES + config.limits().maxEntryBytes() + (1 << 20),
                config.limits().maxPendingCalls(),
                Duration.ofMillis(Math.max(1_000, 2 * config.electionTimeout().toMillis())),
                config.productVersion(),
                config.gate()));
    }

    private void begin() throws RaftStartException {
        transport.calls().handle(Founding.KIND, founding::answer);
        transport.onRemoved(() -> fatal.report(
                "member " + config.name() + " (" + config.me().idText() + ") was removed from the cluster "
                        + Long.toHexString(config.clusterId())
                        + ": start it with an empty data directory once it was added anew",
                null));
        var unused = watchdogTimer.scheduleWithFixedDelay(this::watchReplication, 1, 1, TimeUnit.SECONDS);
        if (founding.isFounded() || config.joined()) {
            startNode();
        } else if (!config.newCluster()) {
            throw new RaftStartException("the member with the data directory " + config.directory()
                    + " has not founded its cluster yet: start it with --initial-cluster-state new");
        } else {
            Thread thread = new Thread(
                    this::foundThenStart, "raft-founding-" + config.me().idText());
            thread.setDaemon(true);
            foundingThread = thread;
            thread.start();
        }
    }

    private void foundThenStart() {
        try {
            String refusal = founding.found(transport.calls());
            if (refusal == null) {
                startNode();
                electFirst();
            } else {
                fatal.report(refusal, null);
            }
        } catch (InterruptedException e) {
            // The group is being closed.
            Thread.currentThread().interrupt();
        } catch (IOException | RaftStartException | RuntimeException e) {
            fatal.report(String.valueOf(e.getMessage()), e);
        }
    }

    private void electFirst() throws InterruptedException {
        FirstElection election = new FirstElection(config, transport.calls());
        election.open();
        if (election.isMine() && election.awaitVoters()) {
            RaftNode current = node;
            if (current != null) {
                current.standFirst();
            }
        }
    }

    private void startNode() throws RaftStartException {
        synchronized (nodeLock) {
            if (closed.get() || fatal.isReported()) {
                return;
            }
            node = RaftNode.start(config, state, transport, leadership, snapshotTrigger, fatal, metrics, background);
        }
    }

    /**
     * Proposes one entry, in the term that the caller has in mind: a change of leadership in between refuses it. The
     * buffer belongs to the group from here on.
     */
    public void propose(ByteBuffer entry, long expectedTerm, ProposalListener listener) {
        RaftNode current = node;
        if (entry.remaining() > config.limits().maxEntryBytes()) {
            listener.failed(new KvException.Failed(KvError.REQUEST_TOO_LARGE));
            return;
        }
        if (current == null || closed.get() || fatal.isReported()) {
            listener.failed(
                    new KvException.Failed(current == null && !closed.get() ? KvError.NO_LEADER : KvError.STOPPED));
            return;
        }
        Proposal proposal = new Proposal(listener);
        try {
            current.jraft().apply(new Task(entry, proposal, expectedTerm));
        } catch (IllegalStateException e) {
            // JRaft says that it shuts down twice: by this and through the closure.
            proposal.run(new Status(RaftError.ENODESHUTDOWN, "Node is shutting down"));
        }
    }

    /** One round of ReadIndex, confirmed by a quorum. Abandoned at once when leader or term change. */
    public void readIndex(ReadIndexListener listener) {
        RaftNode current = node;
        if (current == null || closed.get() || fatal.isReported()) {
            listener.failed(new KvException.Failed(closed.get() ? KvError.STOPPED : KvError.NO_LEADER));
            return;
        }
        long timeoutMillis = 2 * config.electionTimeout().toMillis();
        readRounds.begin(current.jraft(), timeoutMillis, listener);
    }

    /**
     * Who leads, as the apply thread was told; nobody does once this group has stopped. A volatile read: for every call.
     * It may be a moment late. That is safe, since JRaft refuses a proposal of another term than its own.
     */
    public RaftLeadership leadership() {
        RaftLeadership known = leadership.current();
        return isRunning() ? known : known.lost();
    }

    /** The newest term that this member knows, elections without a winner included. Without locks. */
    public long term() {
        RaftNode current = node;
        return Math.max(leadership.current().term(), current == null ? 0 : current.term());
    }

    /**
     * Entries that are durable here and not in the state yet: those that are committed, and the few that are on their way
     * to that. Without locks: for every call.
     */
    public long applyLag() {
        RaftNode current = node;
        // The state may overtake between the two.
        return current == null ? 0 : Math.max(0, current.durableIndex() - state.appliedIndex());
    }

    private boolean isRunning() {
        return !closed.get() && !fatal.isReported();
    }

    /** All of it, and under JRaft's locks: not for every call. */
    public RaftStatus status() {
        RaftNode current = node;
        if (current == null && isRunning()) {
            return without(RaftStatus.Role.FOUNDING);
        }
        if (current == null || !isRunning()) {
            return without(RaftStatus.Role.STOPPED);
        }
        Node jraft = current.jraft();
        try {
            return new RaftStatus(
                    roleOf(jraft.getNodeState()),
                    term(),
                    leadership().leaderId(),
                    jraft.getLastLogIndex(),
                    jraft.getLastCommittedIndex(),
                    Math.max(jraft.getLastAppliedLogIndex(), state.appliedIndex()));
        } catch (IllegalStateException e) {
            // JRaft's node has ended since we looked.
            return without(RaftStatus.Role.STOPPED);
        }
    }

    private RaftStatus without(RaftStatus.Role role) {
        return new RaftStatus(role, term(), 0, 0, 0, state.appliedIndex());
    }

    private static RaftStatus.Role roleOf(State state) {
        return switch (state) {
            case STATE_LEADER, STATE_TRANSFERRING -> RaftStatus.Role.LEADER;
            case STATE_CANDIDATE -> RaftStatus.Role.CANDIDATE;
            case STATE_FOLLOWER -> RaftStatus.Role.FOLLOWER;
            case STATE_ERROR, STATE_UNINITIALIZED, STATE_SHUTTING, STATE_SHUTDOWN, STATE_END -> RaftStatus.Role.STOPPED;
        };
    }

    /** Asks the leader, which must be this member, to hand over. Completes when the request was taken, not when done. */
    public CompletableFuture<Void> transferLeadership(long memberId) {
        RaftNode current = node;
        PeerMember target = members.find(memberId).orElse(null);
        Optional<RaftMembers> configuration = current == null ? Optional.empty() : current.configuration();
        if (target == null
                || configuration
                        .filter(known -> !known.voters().contains(target.address()))
                        .isPresent()) {
            return CompletableFuture.failedFuture(new KvException.Rejected(KvError.MEMBER_NOT_FOUND));
        }
        if (current == null || closed.get()) {
            return CompletableFuture.failedFuture(new KvException.Failed(KvError.NO_LEADER));
        }
        return CompletableFuture.runAsync(
                () -> {
                    Status status = current.jraft().transferLeadershipTo(PeerIds.of(target.address()));
                    if (!status.isOk()) {
                        LOG.warn("leadership was not handed to {}: {}", target.idText(), status);
                        throw new KvException.Failed(KvError.LEADER_CHANGED);
                    }
                },
                background);
    }

    /** Who belongs to the cluster from now on. The apply thread's; does not block. */
    public void members(GroupMembers next) {
        members = next;
        leadership.members(next);
        transport.update(next);
    }

    /** The Raft configuration; empty unless this member leads. Under JRaft's locks: not for every call. */
    public Optional<RaftMembers> configuration() {
        RaftNode current = node;
        return current == null || !isRunning() ? Optional.empty() : current.configuration();
    }

    /**
     * One step of the configuration, by the leader. Completes once it is committed; fails if it was not taken, or if
     * nobody knows.
     */
    public CompletableFuture<Void> change(MemberChange change, PeerAddress member) {
        RaftNode current = node;
        if (current == null || !isRunning()) {
            return CompletableFuture.failedFuture(new KvException.Failed(KvError.STOPPED));
        }
        members.members().stream()
                .filter(known -> known.address().equals(member))
                .findAny()
                .flatMap(known -> transport.progress(known.memberId()))
                .ifPresent(AppendProgress::begin);
        CompletableFuture<Void> result = new CompletableFuture<>();
        background.execute(() -> {
            try {
                current.change(change, member, status -> {
                    if (status.isOk()) {
                        result.complete(null);
                    } else {
                        LOG.info("the change {} of {} was not made: {}", change, member.hostPort(), status);
                        result.completeExceptionally(StatusClassifier.classify(status));
                    }
                });
            } catch (IllegalArgumentException | IllegalStateException e) {
                // JRaft's way to say that it is so already, or that another change is under way.
                result.completeExceptionally(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
            }
        });
        return result;
    }

    /** Whether consensus can talk to this member now. */
    public boolean reaches(long memberId) {
        return memberId == config.memberId() || transport.isUsable(memberId);
    }

    /** What this member has sent to another, as leader; empty: it has no link to it. */
    public Optional<AppendProgress> progress(long memberId) {
        return transport.progress(memberId);
    }

    /**
     * Has the next member that needs the first entry of the log get a snapshot instead: founders began with what a member
     * that joins can't know, so it refuses that entry. A snapshot alone cuts the log up to the snapshot before it; a second
     * one, of nothing new, cuts it up to the first.
     */
    public CompletableFuture<Void> offerSnapshot() {
        return snapshot().thenCompose(first -> {
            RaftNode current = node;
            try {
                if (current == null || !current.hasSnapshot()) {
                    return CompletableFuture.failedFuture(new KvException.Failed(KvError.STOPPED));
                }
            } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
            }
            return snapshot();
        });
    }

    /** Who answers nodes that ask to join. */
    public void answerJoins(Function<JoinRequest, CompletableFuture<JoinReply>> handler) {
        transport.answerJoins(handler);
    }

    /** Saves a snapshot now; completes when it is in place and the log may be cut. */
    public CompletableFuture<Void> snapshot() {
        CompletableFuture<Void> result = new CompletableFuture<>();
        background.execute(() -> {
            RaftNode current = node;
            if (current == null || closed.get()) {
                result.completeExceptionally(new KvException.Failed(KvError.STOPPED));
                return;
            }
            try {
                // First, here: else the apply thread would wait for the disk inside its checkpoint.
                state.flush();
            } catch (IOException | RuntimeException e) {
                fatal.report("the state can't be flushed: " + e, e);
                result.completeExceptionally(new KvException.Failed(KvError.STOPPED));
                return;
            }
            current.jraft().snapshot(status -> {
                if (status.isOk()) {
                    result.complete(null);
                } else {
                    LOG.warn("no snapshot was saved: {}", status);
                    result.completeExceptionally(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
                }
            });
        });
        return result;
    }

    private void snapshotSoon() {
        var unused = snapshot().whenComplete((done, error) -> snapshotTrigger.finished());
    }

    /** Calls between the applications of members. */
    public PeerMessenger messenger() {
        return transport.calls();
    }

    /** Hands leadership over if this member has it, then leaves; bounded by a few election timeouts. */
    @Override
    public void close() {
        close(true);
    }

    /** Leaves as if it crashed: nobody is told, nothing is handed over. */
    public void abandon() {
        close(false);
    }

    /** What a stopped process looks like to the other members, until the latch is down; a close must not wait for it. */
    public void hold(CountDownLatch until) {
        transport.hold(until);
    }

    private void close(boolean handOver) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        fatal.closing();
        watchdogTimer.shutdownNow();
        RaftNode current = node;
        if (handOver && current != null && !fatal.isReported()) {
            current.handOver(leadership, config.electionTimeout());
        }
        Thread thread = foundingThread;
        if (thread != null) {
            thread.interrupt();
            joinQuietly(thread);
        }
        stopNode();
        readRounds.abandon();
        transport.close();
        background.shutdown();
        JvmRegistry.INSTANCE.release(config.groupId(), config.self().hostPort());
    }

    private void stopNode() {
        synchronized (nodeLock) {
            RaftNode current = node;
            if (current != null) {
                current.stop();
            }
        }
        readRounds.abandon();
    }

    /** On the watchdog's timer. */
    private void watchReplication() {
        RaftNode current = node;
        if (current == null || closed.get() || fatal.isReported()) {
            return;
        }
        RaftMembers configuration = current.configuration().orElse(new RaftMembers(Set.of(), Set.of()));
        List<PeerProgress> peers = members.members().stream()
                .filter(member -> configuration.has(member.address()))
                .flatMap(member -> transport.progress(member.memberId()).stream()
                        .map(progress -> new PeerProgress(
                                member.memberId(),
                                configuration.voters().contains(member.address()),
                                transport.isUsable(member.memberId()),
                                progress.matchedIndex(),
                                progress.lastActivityNanos())))
                .toList();
        Verdict verdict = watchdog.check(
                System.nanoTime(), leadership.leads(), current.jraft().getLastLogIndex(), peers);
        if (verdict instanceof Verdict.HandOver handOver) {
            LOG.error(
                    "replication to member {} died; leadership goes to {}",
                    Long.toHexString(handOver.stuckMemberId()),
                    Long.toHexString(handOver.toMemberId()));
            var unused = transferLeadership(handOver.toMemberId());
        } else if (verdict instanceof Verdict.Stop stop) {
            fatal.report("replication to member " + Long.toHexString(stop.stuckMemberId()) + " died", null);
        }
    }

    private static void joinQuietly(Thread thread) {
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private ThreadPoolExecutor newBackground() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                2,
                2,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_BACKGROUND_TASKS),
                task -> daemon(task, "raft-background-" + config.me().idText()));
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** JRaft's closure of one proposal: ends it once, whatever JRaft does twice. */
    private static final class Proposal implements Closure {
        private final ProposalListener listener;
        private final AtomicBoolean ended = new AtomicBoolean();

        Proposal(ProposalListener listener) {
            this.listener = listener;
        }

        @Override
        public void run(Status status) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            try {
                if (status.isOk()) {
                    listener.committed();
                } else if (StatusClassifier.classify(status) instanceof KvException.Failed failed) {
                    listener.failed(failed);
                } else {
                    listener.unknown(new KvException.Unknown(
                            StatusClassifier.classify(status).error()));
                }
            } catch (RuntimeException e) {
                LOG.error("a proposal's listener failed", e);
            }
        }
    }
}
