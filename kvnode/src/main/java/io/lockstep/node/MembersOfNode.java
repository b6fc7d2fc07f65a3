package io.lockstep.node;

import com.google.protobuf.ByteString;
import io.lockstep.node.apply.MemberRules;
import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.members.MemberKeeper;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.propose.Proposer;
import io.lockstep.node.raft.MemberChange;
import io.lockstep.node.raft.PeerAddress;
import io.lockstep.node.raft.RaftGroup;
import io.lockstep.node.raft.RaftLeadership;
import io.lockstep.node.raft.RaftMembers;
import io.lockstep.node.rpc.Members;
import io.lockstep.proto.log.AdvanceMember;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.MemberRecord;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The members, as the client port and the keeper of the configuration see them. */
final class MembersOfNode implements Members, MemberKeeper.Cluster {
    private static final String READY = "learner-ready";
    private static final ByteString YES = ByteString.copyFrom(new byte[] {1});
    private static final ByteString NO = ByteString.copyFrom(new byte[] {0});
    /** A member that lacks no more is as good as caught up: Raft's library asks for as much. */
    private static final long MARGIN_ENTRIES = 1_000;

    private static final int MAX_WAITING = 64;
    private static final long ANSWER_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long REPORT_SECONDS = 5;

    private record Wait(long member, long deadlineNanos, CompletableFuture<Void> done) {}

    private final long memberId;
    private final RaftGroup group;
    private final ReplicatedState state;
    private final Proposer proposer;
    private final int maxLearners;
    private final SecureRandom random = new SecureRandom();
    /** Guarded by itself: callers add, the clock ends them. */
    private final List<Wait> waiting = new ArrayList<>();

    MembersOfNode(long memberId, RaftGroup group, ReplicatedState state, Proposer proposer, int maxLearners) {
        this.memberId = memberId;
        this.group = group;
        this.state = state;
        this.proposer = proposer;
        this.maxLearners = maxLearners;
        group.messenger().handle(READY, (from, payload) -> answerReady(payload));
    }

    @Override
    public long self() {
        return memberId;
    }

    @Override
    public boolean leads() {
        return group.leadership().self();
    }

    @Override
    public List<MemberRecord> list() {
        ReadView view = state.acquireView();
        try {
            return view.members();
        } finally {
            view.release();
        }
    }

    @Override
    public PeerAddress addressOf(MemberRecord member) {
        return NodeIdentity.address(member);
    }

    @Override
    public Optional<RaftMembers> configuration() {
        return group.configuration();
    }

    @Override
    public boolean reaches(long member) {
        return group.reaches(member);
    }

    @Override
    public boolean caughtUp(long member) {
        if (member == memberId) {
            return true;
        }
        long last = group.status().lastLogIndex();
        long matched =
                group.progress(member).map(progress -> progress.matchedIndex()).orElse(0L);
        // etcd's rule is nine tenths of the log, which is too little of a long one and enough of a short one.
        return reaches(member) && matched > 0 && last - matched <= MARGIN_ENTRIES && matched >= last - last / 10;
    }

    @Override
    public boolean hasNothing(long member) {
        return group.progress(member)
                .filter(progress -> progress.matchedIndex() == 0 && !progress.isInstalling())
                .isPresent();
    }

    @Override
    public CompletableFuture<?> offerSnapshot() {
        return group.offerSnapshot();
    }

    @Override
    public CompletableFuture<?> change(MemberChange change, PeerAddress member) {
        return group.change(change, member);
    }

    @Override
    public CompletableFuture<?> handOver(long toMemberId) {
        return group.transferLeadership(toMemberId);
    }

    @Override
    public CompletableFuture<?> report(AdvanceMember step) {
        return proposer.propose(
                Command.newBuilder().setByCluster(true).setAdvanceMember(step),
                System.nanoTime() + TimeUnit.SECONDS.toNanos(REPORT_SECONDS));
    }

    @Override
    public CompletableFuture<Void> requireReady(long learnerId, long deadlineNanos) {
        RaftLeadership leadership = group.leadership();
        if (leadership.self()) {
            return verdict(isReady(learnerId));
        }
        if (!leadership.isKnown()) {
            return CompletableFuture.failedFuture(new KvException.Failed(KvError.NO_LEADER));
        }
        ByteString question = ByteString.copyFrom(
                ByteBuffer.allocate(Long.BYTES).putLong(learnerId).array());
        Duration left = Duration.ofNanos(Math.max(1_000_000, deadlineNanos - System.nanoTime()));
        return group.messenger()
                .call(leadership.leaderId(), READY, question, left)
                .thenCompose(answer -> verdict(answer.equals(YES)));
    }

    private static CompletableFuture<Void> verdict(boolean ready) {
        return ready
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(new KvException.Rejected(KvError.LEARNER_NOT_READY));
    }

    private CompletableFuture<ByteString> answerReady(ByteString question) {
        if (question.size() != Long.BYTES) {
            return CompletableFuture.failedFuture(new KvException.Rejected(KvError.MEMBER_NOT_FOUND));
        }
        if (!leads()) {
            return CompletableFuture.failedFuture(new KvException.Failed(KvError.LEADER_CHANGED));
        }
        boolean ready = isReady(question.asReadOnlyByteBuffer().getLong());
        return CompletableFuture.completedFuture(ready ? YES : NO);
    }

    /** Of one that is no learner the log says so. */
    private boolean isReady(long learnerId) {
        return list().stream().noneMatch(member -> member.getMemberId() == learnerId && member.getLearner())
                || caughtUp(learnerId);
    }

    @Override
    public CompletableFuture<Void> settled(long member, long deadlineNanos) {
        Wait wait = new Wait(member, deadlineNanos - ANSWER_NANOS, new CompletableFuture<>());
        synchronized (waiting) {
            if (waiting.size() >= MAX_WAITING) {
                return CompletableFuture.completedFuture(null);
            }
            waiting.add(wait);
        }
        return wait.done();
    }

    /** The node's clock, every few milliseconds. */
    void onTick(long nowNanos) {
        List<Wait> over = new ArrayList<>();
        synchronized (waiting) {
            if (waiting.isEmpty()) {
                return;
            }
            List<MemberRecord> list = list();
            for (Iterator<Wait> each = waiting.iterator(); each.hasNext(); ) {
                Wait wait = each.next();
                if (isSettled(list, wait.member()) || nowNanos - wait.deadlineNanos() >= 0) {
                    over.add(wait);
                    each.remove();
                }
            }
        }
        over.forEach(wait -> wait.done().complete(null));
    }

    private static boolean isSettled(List<MemberRecord> list, long member) {
        return list.stream()
                .noneMatch(record -> record.getMemberId() == member && record.getStage() != MemberRecord.Stage.SETTLED);
    }

    void register(PrometheusRegistry registry) {
        gauge(
                registry,
                "lockstep_members_voting",
                "Members that vote or are to.",
                () -> MemberRules.voters(list()).count());
        gauge(
                registry,
                "lockstep_members_learning",
                "Members that hold the data and have no vote.",
                () -> MemberRules.staying(list())
                        .filter(MemberRecord::getLearner)
                        .count());
        gauge(
                registry,
                "lockstep_members_changing",
                "Members that join and do not vote yet, or leave.",
                () -> list().stream()
                        .filter(member -> member.getStage() != MemberRecord.Stage.SETTLED)
                        .count());
    }

    private static void gauge(PrometheusRegistry registry, String name, String help, LongSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(point -> point.call(value.getAsLong()))
                .register(registry);
    }

    @Override
    public long newMemberId() {
        long id = 0;
        while (id == 0) {
            id = random.nextLong();
        }
        return id;
    }

    @Override
    public int maxLearners() {
        return maxLearners;
    }
}
