package io.lockstep.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmType;
import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.propose.Proposer;
import io.lockstep.node.raft.RaftGroup;
import io.lockstep.node.rpc.ReadGate;
import io.lockstep.node.upkeep.CorruptionCheck;
import io.lockstep.proto.forward.StateHashRequest;
import io.lockstep.proto.forward.StateHashResponse;
import io.lockstep.proto.log.Command;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The comparison of the members' states, joined with the group and the state; it has a thread of its own. */
final class StatesCompared implements CorruptionCheck.Cluster, AutoCloseable {
    private static final String KIND = "state-hash";
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** One question of each member and a few retries. */
    private static final int MAX_WAITING = 16;

    /** What a node has that the comparison needs. */
    record Parts(
            long memberId,
            RaftGroup group,
            ReplicatedState state,
            Proposer proposer,
            ReadGate gate,
            Supplier<List<Long>> others) {}

    private final Parts parts;
    private final ThreadPoolExecutor thread;
    private final CorruptionCheck check;

    StatesCompared(Parts parts, Duration interval) {
        this.parts = parts;
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_WAITING),
                task -> UpkeepOfNode.newThread(task, "lockstep-compare"));
        thread.allowCoreThreadTimeOut(true);
        this.check = new CorruptionCheck(this, interval, thread);
        parts.group().messenger().handle(KIND, (from, payload) -> answer(payload));
    }

    void onTick(long nowNanos) {
        check.onTick(nowNanos);
    }

    private CompletableFuture<ByteString> answer(ByteString payload) {
        StateHashRequest request;
        try {
            request = StateHashRequest.parseFrom(payload);
        } catch (InvalidProtocolBufferException e) {
            return CompletableFuture.failedFuture(e);
        }
        return parts.gate()
                .awaitRevision(request.getRevision(), System.nanoTime() + WAIT_NANOS)
                .thenCompose(there ->
                        check.answer(new CorruptionCheck.Question(request.getRevision(), request.getCompactRevision())))
                .thenApply(hash -> StateHashResponse.newBuilder()
                        .setKnown(hash.isPresent())
                        .setHash(hash.orElse(0))
                        .build()
                        .toByteString());
    }

    @Override
    public boolean hasLeader() {
        return parts.group().leadership().isKnown();
    }

    @Override
    public boolean leads() {
        return parts.group().leadership().self();
    }

    @Override
    public long self() {
        return parts.memberId();
    }

    @Override
    public List<Long> others() {
        return parts.others().get();
    }

    @Override
    public ReadView view() {
        return parts.state().acquireView();
    }

    @Override
    public CompletableFuture<?> caughtUp() {
        return parts.gate().await(System.nanoTime() + WAIT_NANOS);
    }

    @Override
    public CompletableFuture<Optional<Integer>> ask(long member, CorruptionCheck.Question question, Duration timeout) {
        ByteString request = StateHashRequest.newBuilder()
                .setRevision(question.revision())
                .setCompactRevision(question.compactRevision())
                .build()
                .toByteString();
        return parts.group().messenger().call(member, KIND, request, timeout).thenApply(StatesCompared::hash);
    }

    private static Optional<Integer> hash(ByteString answer) {
        try {
            StateHashResponse response = StateHashResponse.parseFrom(answer);
            return response.getKnown() ? Optional.of(response.getHash()) : Optional.empty();
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public CompletableFuture<?> accuse(long member) {
        AlarmRequest request = AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                .setMemberID(member)
                .setAlarm(AlarmType.CORRUPT)
                .build();
        return parts.proposer()
                .propose(Command.newBuilder().setByCluster(true).setAlarm(request), System.nanoTime() + WAIT_NANOS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
