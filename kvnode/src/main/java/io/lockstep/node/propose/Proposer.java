package io.lockstep.node.propose;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.propose.PendingCall.Attempt;
import io.lockstep.proto.forward.ForwardRequest;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.CommandBatch;
import io.lockstep.proto.log.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The way in for writes: admits a command within bounds, gives it an origin, queues it for the {@link Batcher} and
 * holds the caller's future until this node has applied the command and can show its effect.
 *
 * <p>Called by any thread; results come on the apply thread and are handed to the answer executor, one task a batch.
 */
public final class Proposer implements AutoCloseable {
    /** How long after its deadline an accepted write, which nobody waits for, is followed up: to count what became of it. */
    private static final long TAKEN_PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** How long after its deadline a command that nobody waits for counts as work to be done. */
    private static final long GONE_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long memberId;
    private final long bootId;
    private final ProposerLimits limits;
    private final Replication replication;
    private final Executor answers;
    private final Batcher batcher;

    private final PendingLimit limit;
    private final AtomicLong counters = new AtomicLong();
    private final AtomicLong pendingBytes = new AtomicLong();
    /**
     * Put by callers, removed by the apply thread, or by whoever ends a call without a result. One that nobody waits for any
     * more keeps its place while its command is out: the work is still to be done, and must not make room for more.
     */
    private final ConcurrentHashMap<Long, PendingCall> pending = new ConcurrentHashMap<>();

    private final LongAdder admitted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder acceptedLost = new LongAdder();
    private final LongAdder acceptedRefused = new LongAdder();
    private final LongAdder acceptedUnknown = new LongAdder();

    /** Apply thread only. */
    private long appliedTerm;

    /** Written by close, read by callers. */
    private volatile boolean closed;

    public Proposer(long memberId, long bootId, ProposerLimits limits, Replication replication, Executor answers) {
        this.memberId = memberId;
        this.bootId = bootId;
        this.limits = limits;
        this.replication = replication;
        this.answers = answers;
        this.batcher = new Batcher(limits, replication);
        this.limit = new PendingLimit(limits.maxPendingCalls(), System.nanoTime());
    }

    /** Starts the batcher; before this, commands only queue. */
    public void start() {
        batcher.start();
    }

    /**
     * Proposes a command and waits, without a thread, until it is applied on this node.
     *
     * @param command without its origin
     * @param deadlineNanos on the clock of {@link System#nanoTime}
     * @return the result, rejections included; fails with {@link KvException.Failed} if the command did certainly not
     *     happen, with {@link KvException.Unknown} if that can't be known
     */
    public CompletableFuture<CommandResult> propose(Command.Builder command, long deadlineNanos) {
        return submit(command, deadlineNanos, null);
    }

    /**
     * Proposes a command and completes as soon as the leader has handed it to its log. It may still be lost or refused;
     * both are only counted.
     *
     * @return fails as {@link #propose} does, if it fails before the leader has the command
     */
    public CompletableFuture<Void> proposeAccepted(Command.Builder command, long deadlineNanos) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        var unused = submit(command, deadlineNanos, taken).whenComplete((result, failure) -> {
            boolean told = failure == null ? !taken.complete(null) : !taken.completeExceptionally(failure);
            if (told && failure instanceof KvException.Failed) {
                acceptedLost.increment();
            } else if (told && failure != null) {
                acceptedUnknown.increment();
            } else if (failure == null && result.rejection() != null) {
                acceptedRefused.increment();
            }
        });
        return taken;
    }

    private CompletableFuture<CommandResult> submit(
            Command.Builder command, long deadlineNanos, @Nullable CompletableFuture<Void> taken) {
        if (isFull()) {
            return tooMany();
        }
        long counter = counters.incrementAndGet();
        Origin origin = Origin.newBuilder()
                .setMemberId(memberId)
                .setBootId(bootId)
                .setCounter(counter)
                .build();
        PendingCall call =
                new PendingCall(counter, encode(command.setOrigin(origin).build()), deadlineNanos, taken);
        if (!admit(call)) {
            return tooMany();
        }
        admitted.increment();
        call.future.whenComplete((result, failure) -> {
            if (failure != null) {
                failed.increment();
                if (!call.isOut()) {
                    remove(counter);
                }
            }
        });
        batcher.enqueue(new Batcher.Own(call));
        if (closed) {
            endAsStopped(call);
        }
        return call.future;
    }

    /** While nobody leads, calls wait for a leader: how long they take then says nothing about what this node can do. */
    private boolean isFull() {
        int most = replication.leadership().leaderId() == 0 ? limits.maxPendingCalls() : limit.limit();
        return pending.mappingCount() >= most || replication.applyLag() > limits.maxApplyLagEntries();
    }

    private CompletableFuture<CommandResult> tooMany() {
        refused.increment();
        limit.refused();
        return CompletableFuture.failedFuture(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
    }

    private boolean admit(PendingCall call) {
        if (pendingBytes.addAndGet(call.encoded.length) > limits.maxPendingBytes()) {
            pendingBytes.addAndGet(-call.encoded.length);
            return false;
        }
        pending.put(call.counter, call);
        return true;
    }

    private @Nullable PendingCall remove(long counter) {
        PendingCall call = pending.remove(counter);
        if (call != null) {
            pendingBytes.addAndGet(-call.encoded.length);
        }
        return call;
    }

    /** A record of {@code CommandBatch.commands}, so that a batch is the concatenation of its commands. */
    private static byte[] encode(Command command) {
        byte[] bytes = new byte[CodedOutputStream.computeMessageSize(CommandBatch.COMMANDS_FIELD_NUMBER, command)];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            out.writeMessage(CommandBatch.COMMANDS_FIELD_NUMBER, command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    /** The leader's side of a follower's call. Any thread. */
    public CompletableFuture<ByteString> onForwarded(ByteString payload) {
        try {
            return batcher.enqueueForwarded(ForwardRequest.parseFrom(payload));
        } catch (InvalidProtocolBufferException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Apply thread, after each batch is visible: answers its results, and sends again what an older term's leader
     * certainly did not take. The order is what makes the second safe, so it must see every batch.
     *
     * @param term of the batch's last entry
     */
    public void onApplied(List<CommandResult> results, long term) {
        List<Answer> ready = new ArrayList<>(results.size());
        for (CommandResult result : results) {
            PendingCall call = remove(result.counter());
            if (call != null) {
                ready.add(new Answer(call, result));
            }
        }
        if (!ready.isEmpty()) {
            long nowNanos = System.nanoTime();
            limit.results(
                    ready.size(),
                    ready.stream()
                            .mapToLong(answer -> nowNanos - answer.call.sinceNanos)
                            .sum());
            answers.execute(() -> ready.forEach(Answer::send));
        }
        if (term > appliedTerm) {
            appliedTerm = term;
            for (PendingCall call : pending.values()) {
                Attempt attempt = call.attempt();
                if (attempt != null && attempt.term < term) {
                    if (call.future.isDone()) {
                        remove(call.counter);
                    } else {
                        batcher.requeue(call, attempt);
                    }
                }
            }
        }
    }

    private record Answer(PendingCall call, CommandResult result) {
        void send() {
            call.future.complete(result);
        }
    }

    /** Apply thread: a snapshot replaced the state, and with it the results of commands that it already holds. */
    public void onStateReplaced() {
        for (PendingCall call : pending.values()) {
            // At once, so that a later term does not send again what the snapshot may hold.
            if (call.abandon()) {
                answers.execute(
                        () -> call.future.completeExceptionally(new KvException.Unknown(KvError.LEADER_CHANGED)));
            }
        }
    }

    /** Any thread: this node begins to lead. */
    public void onLeaderStart() {
        batcher.onLeaderStart();
    }

    /** Any thread: someone leads, or nobody does any more. */
    public void onLeadershipChanged() {
        batcher.onLeadershipChanged();
    }

    /** The node's clock, every few milliseconds: ends the calls whose time is up. */
    public void onTick(long nowNanos) {
        limit.onTick(nowNanos);
        boolean leaderless = batcher.isLeaderless(nowNanos);
        for (PendingCall call : pending.values()) {
            if (call.future.isDone()) {
                if (!call.isOut() || nowNanos - call.deadlineNanos > GONE_PATIENCE_NANOS) {
                    remove(call.counter);
                }
            } else if (nowNanos - call.deadlineNanos >= (call.isTaken() ? TAKEN_PATIENCE_NANOS : 0)) {
                call.end(new KvException.Failed(KvError.TIMEOUT), new KvException.Unknown(KvError.TIMEOUT));
            } else if (leaderless && call.state() == PendingCall.Queued.INSTANCE) {
                call.end(
                        new KvException.Failed(KvError.NO_LEADER),
                        new KvException.Unknown(KvError.TIMEOUT_LEADER_FAILED));
            }
        }
    }

    /** Calls that wait for their result now. */
    public int pendingCalls() {
        return pending.size();
    }

    /** How many may wait at a time, by how long they take. */
    public int pendingLimit() {
        return limit.limit();
    }

    public long admittedTotal() {
        return admitted.sum();
    }

    public long refusedTotal() {
        return refused.sum();
    }

    public long failedTotal() {
        return failed.sum();
    }

    /** Writes acknowledged as accepted that certainly did not happen. */
    public long acceptedLostTotal() {
        return acceptedLost.sum();
    }

    /** Writes acknowledged as accepted that every member refused. */
    public long acceptedRefusedTotal() {
        return acceptedRefused.sum();
    }

    /** Writes acknowledged as accepted of which this member never heard again. */
    public long acceptedUnknownTotal() {
        return acceptedUnknown.sum();
    }

    /** Ends every open call: those in the queue as failed, those that were sent as unknown. */
    @Override
    public void close() {
        closed = true;
        batcher.close();
        pending.values().forEach(Proposer::endAsStopped);
    }

    private static void endAsStopped(PendingCall call) {
        call.end(new KvException.Failed(KvError.STOPPED), new KvException.Unknown(KvError.STOPPED));
    }
}
