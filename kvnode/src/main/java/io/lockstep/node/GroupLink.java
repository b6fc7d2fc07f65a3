package io.lockstep.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.propose.AppliedGate;
import io.lockstep.node.propose.Proposer;
import io.lockstep.node.propose.Replication;
import io.lockstep.node.raft.GroupMembers;
import io.lockstep.node.raft.ProposalListener;
import io.lockstep.node.raft.RaftGroup;
import io.lockstep.node.raft.RaftLeadership;
import io.lockstep.node.raft.ReadIndexListener;
import io.lockstep.node.read.ReadGate;
import io.lockstep.node.read.ReadIndexSource;
import io.lockstep.proto.forward.AppliedRequest;
import io.lockstep.proto.forward.AppliedResponse;
import io.lockstep.proto.log.MemberRecord;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Joins the write path and the reads, which are built first, with the group, which tells them about leadership. */
final class GroupLink implements Replication, ReadIndexSource {
    private static final String FORWARD = "forward";
    private static final String APPLIED = "applied";
    private static final long LEARN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long memberId;

    /** Written by the apply thread and before it runs, read by whoever takes a call. */
    private volatile boolean learner;

    GroupLink(long memberId) {
        this.memberId = memberId;
    }

    /** Whether this member has no vote, by the list as applied here. */
    boolean isLearner() {
        return learner;
    }

    /** Apply thread only: the list that was passed on last. */
    private @Nullable List<MemberRecord> listed;

    /** Guarded by this: what the group is told once it has started. */
    private @Nullable GroupMembers members;

    /** Written once when the group has started; before that nobody leads. */
    private volatile @Nullable RaftGroup group;

    /** Written before the group. */
    private volatile @Nullable ReadGate gate;

    void connect(RaftGroup started, Proposer proposer, AppliedGate applied, ReadGate reads) {
        gate = reads;
        started.messenger().handle(FORWARD, (from, payload) -> proposer.onForwarded(payload));
        started.messenger().handle(APPLIED, (from, payload) -> answer(applied, payload));
        synchronized (this) {
            group = started;
            GroupMembers latest = members;
            if (latest != null) {
                started.members(latest);
            }
        }
    }

    /** The apply thread has a new view: who belongs to the cluster may be others now. */
    void onView(ReadView view) {
        if (view.members() == listed) {
            return;
        }
        listed = view.members();
        learner = view.members().stream().anyMatch(member -> member.getMemberId() == memberId && member.getLearner());
        synchronized (this) {
            members = NodeIdentity.group(view.members(), view.goneMembers());
            RaftGroup now = group;
            if (now != null) {
                now.members(members);
            }
        }
    }

    @Override
    public Leadership leadership() {
        RaftGroup now = group;
        if (now == null) {
            return new Leadership(0, 0, false);
        }
        RaftLeadership known = now.leadership();
        return new Leadership(known.leaderId(), known.term(), known.self());
    }

    @Override
    public boolean hasLeader() {
        RaftGroup now = group;
        return now != null && now.leadership().isKnown();
    }

    @Override
    public void propose(ByteBuffer entry, long expectedTerm, Outcome outcome) {
        started().propose(entry, expectedTerm, new ProposalListener() {
            @Override
            public void committed() {
                outcome.committed();
            }

            @Override
            public void failed(KvException.Failed why) {
                outcome.failed(why);
            }

            @Override
            public void unknown(KvException.Unknown why) {
                outcome.failed(why);
            }
        });
    }

    @Override
    public CompletableFuture<ByteString> forward(long memberId, ByteString payload, Duration timeout) {
        return started().messenger().call(memberId, FORWARD, payload, timeout);
    }

    @Override
    public void learnCommitted() {
        ReadGate reads = gate;
        if (reads != null) {
            // The heartbeats of a round of ReadIndex carry the leader's commit index. Nobody waits for the round
            // itself.
            var unused = reads.await(System.nanoTime() + LEARN_NANOS);
        }
    }

    @Override
    public long applyLag() {
        RaftGroup now = group;
        return now == null ? 0 : now.applyLag();
    }

    @Override
    public void readIndex(ReadIndexSource.Listener listener) {
        RaftGroup now = group;
        if (now == null) {
            listener.failed(new KvException.Failed(KvError.NO_LEADER));
            return;
        }
        now.readIndex(new ReadIndexListener() {
            @Override
            public void ready() {
                listener.ready();
            }

            @Override
            public void failed(KvException.Failed why) {
                listener.failed(why);
            }
        });
    }

    private static CompletableFuture<ByteString> answer(AppliedGate applied, ByteString payload) {
        try {
            AppliedRequest request = AppliedRequest.parseFrom(payload);
            long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.getWaitMillis());
            return applied.await(request.getIndex(), deadlineNanos)
                    .thenApply(index ->
                            AppliedResponse.newBuilder().setIndex(index).build().toByteString());
        } catch (InvalidProtocolBufferException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** See {@link io.lockstep.node.propose.AppliedElsewhere.Question}. */
    CompletableFuture<Long> askApplied(long memberId, long index, Duration wait) {
        RaftGroup now = group;
        if (now == null) {
            return CompletableFuture.failedFuture(new KvException.Failed(KvError.NO_LEADER));
        }
        ByteString request = AppliedRequest.newBuilder()
                .setIndex(index)
                .setWaitMillis((int) wait.toMillis())
                .build()
                .toByteString();
        return now.messenger()
                .call(memberId, APPLIED, request, wait.multipliedBy(3))
                .thenApply(GroupLink::appliedIndex);
    }

    private static long appliedIndex(ByteString answer) {
        try {
            return AppliedResponse.parseFrom(answer).getIndex();
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RaftGroup started() {
        RaftGroup now = group;
        if (now == null) {
            throw new IllegalStateException("no leader is known before the group has started");
        }
        return now;
    }
}
