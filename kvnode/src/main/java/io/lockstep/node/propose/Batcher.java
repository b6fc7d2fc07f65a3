package io.lockstep.node.propose;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.propose.PendingCall.Attempt;
import io.lockstep.node.propose.Replication.Leadership;
import io.lockstep.proto.forward.ForwardRequest;
import io.lockstep.proto.forward.ForwardResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One thread that packs waiting commands into log entries and hands them to the leader's log: its own, or over the peer
 * transport another member's. It sends as soon as the queue runs dry or the batch is full, and never waits for company:
 * what collects while {@link ProposerLimits#maxEntriesInFlight} entries are out makes the next batch.
 *
 * <p>The queue is bounded by the admission of the {@link Proposer} for own commands and by bytes for forwarded ones.
 */
final class Batcher implements AutoCloseable {
    /** First byte of every log entry: {@code CommandBatch} follows. */
    static final byte ENTRY_FORMAT = 1;

    private static final long PAUSE_NANOS = 5_000_000;
    private static final ByteString TAKEN = ForwardResponse.newBuilder()
            .setOutcome(ForwardResponse.Outcome.TAKEN)
            .build()
            .toByteString();

    private final ProposerLimits limits;
    private final Replication replication;
    private final ConcurrentLinkedQueue<Item> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong forwardedBytes = new AtomicLong();
    /** Batches that the leader has not answered. */
    private final AtomicInteger forwardsOut = new AtomicInteger();

    private final Thread thread;

    /** Batcher thread: the item that did not fit into the last batch. */
    private @Nullable Item carried;

    /** Batcher thread: what is out in {@link #servedTerm}, in the log or with its leader; a new term starts anew, as its predecessor's may never end. */
    private SendWindow window;

    /** Batcher thread: the term whose leader is sent to, and since when: nothing counts as waiting for longer than that. */
    private long servedTerm;

    private long servedSinceNanos = System.nanoTime();

    /** Written by the batcher thread and by {@link #onLeadershipChanged}, read by the clock. 0: a leader is known. */
    private volatile long leaderlessSinceNanos;

    /** Written by the log's threads, read by the batcher: after a refusal, no attempt before this time. */
    private volatile long pauseUntilNanos = System.nanoTime();

    /** The batcher sleeps, or is about to. Written by it, read by those who enqueue. */
    private volatile boolean idle;

    /** Set when this node begins to lead, and when the log refused it; taken by the batcher. */
    private volatile boolean announceTerm;

    private volatile boolean closed;

    Batcher(ProposerLimits limits, Replication replication) {
        this.limits = limits;
        this.replication = replication;
        this.window = new SendWindow(limits.maxEntriesInFlight(), System.nanoTime());
        this.leaderlessSinceNanos = nonZero(System.nanoTime());
        this.thread = new Thread(this::run, "lockstep-batcher");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    sealed interface Item {
        int bytes();

        /** When it came to this queue first. */
        long sinceNanos();

        /** When nobody waits for it any more. */
        long deadlineNanos();

        /** Leaves the queue without having been sent. */
        void refuse(KvError why);
    }

    record Own(PendingCall call) implements Item {
        @Override
        public int bytes() {
            return call.encoded.length;
        }

        @Override
        public long sinceNanos() {
            return call.sinceNanos;
        }

        @Override
        public long deadlineNanos() {
            return call.deadlineNanos;
        }

        @Override
        public void refuse(KvError why) {
            call.endIfQueued(new KvException.Failed(why));
        }
    }

    record Forwarded(ForwardRequest request, long sinceNanos, CompletableFuture<ByteString> answer) implements Item {
        @Override
        public int bytes() {
            return request.getCommands().size();
        }

        @Override
        public long deadlineNanos() {
            return sinceNanos + TimeUnit.MILLISECONDS.toNanos(request.getPatienceMillis());
        }

        @Override
        public void refuse(KvError why) {
            answer.complete(Batcher.answer(new KvException.Failed(why)));
        }
    }

    void enqueue(Own item) {
        queue.add(item);
        wake();
    }

    CompletableFuture<ByteString> enqueueForwarded(ForwardRequest request) {
        int bytes = request.getCommands().size();
        if (closed) {
            return CompletableFuture.completedFuture(answer(new KvException.Failed(KvError.STOPPED)));
        }
        if (forwardedBytes.addAndGet(bytes) > limits.maxForwardedBytes()) {
            forwardedBytes.addAndGet(-bytes);
            return CompletableFuture.completedFuture(answer(new KvException.Failed(KvError.TOO_MANY_REQUESTS)));
        }
        Forwarded item = new Forwarded(request, System.nanoTime(), new CompletableFuture<>());
        item.answer.whenComplete((a, e) -> forwardedBytes.addAndGet(-bytes));
        queue.add(item);
        wake();
        return item.answer;
    }

    /** Queues a command again whose attempt certainly failed. Any thread; the first to say so wins. */
    void requeue(PendingCall call, Attempt attempt) {
        if (call.backToQueue(attempt)) {
            enqueue(new Own(call));
        }
    }

    void onLeadershipChanged() {
        noteLeader(replication.leadership());
        LockSupport.unpark(thread);
    }

    /** Has every member apply an entry of the new term, also when nobody writes: see {@link PendingCall}. */
    void onLeaderStart() {
        announceTerm = true;
        LockSupport.unpark(thread);
    }

    boolean isLeaderless(long nowNanos) {
        noteLeader(replication.leadership());
        long since = leaderlessSinceNanos;
        return since != 0 && nowNanos - since > limits.noLeaderPatience().toNanos();
    }

    private void noteLeader(Leadership leadership) {
        if (leadership.leaderId() != 0) {
            leaderlessSinceNanos = 0;
        } else if (leaderlessSinceNanos == 0) {
            leaderlessSinceNanos = nonZero(System.nanoTime());
        }
    }

    private static long nonZero(long nanos) {
        return nanos == 0 ? 1 : nanos;
    }

    private void wake() {
        if (idle) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            if (carried == null && queue.isEmpty() && !announceTerm) {
                idle = true;
                if (queue.isEmpty() && !announceTerm && !closed) {
                    LockSupport.park(this);
                }
                idle = false;
                continue;
            }
            Leadership leadership = replication.leadership();
            if (leadership.leaderId() == 0 || pauseUntilNanos - System.nanoTime() > 0) {
                if (leadership.leaderId() == 0) {
                    servedSinceNanos = System.nanoTime();
                }
                dropEnded();
                LockSupport.parkNanos(this, PAUSE_NANOS);
                continue;
            }
            serve(leadership.term());
            if (leadership.self()) {
                if (announceTerm) {
                    announce(leadership.term());
                }
                append(leadership.term());
            } else {
                announceTerm = false;
                forward(leadership);
            }
        }
        for (Item item = next(); item != null; item = next()) {
            if (item instanceof Forwarded forwarded) {
                forwarded.refuse(KvError.STOPPED);
            }
        }
    }

    private void serve(long term) {
        if (term != servedTerm) {
            servedTerm = term;
            servedSinceNanos = System.nanoTime();
            window = new SendWindow(limits.maxEntriesInFlight(), servedSinceNanos);
        }
    }

    private @Nullable Item next() {
        Item item = carried;
        carried = null;
        return item != null ? item : queue.poll();
    }

    /** While nobody leads: calls that have ended leave the queue, and followers hear that this node does not lead. */
    private void dropEnded() {
        if (carried != null && isOver(carried)) {
            carried = null;
        }
        queue.removeIf(this::isOver);
    }

    private boolean isOver(Item item) {
        if (item instanceof Own own) {
            return own.call.future.isDone();
        }
        item.refuse(KvError.NO_LEADER);
        return true;
    }

    private void announce(long term) {
        announceTerm = false;
        ByteBuffer empty = ByteBuffer.allocate(1).put(ENTRY_FORMAT).flip();
        replication.propose(empty, term, new Replication.Outcome() {
            @Override
            public void committed() {}

            @Override
            public void failed(KvException failure) {
                if (failure instanceof KvException.Failed) {
                    pauseUntilNanos = System.nanoTime() + PAUSE_NANOS;
                    announceTerm = true;
                }
            }
        });
    }

    private void append(long term) {
        SendWindow slots = window;
        if (!slots.isOpen()) {
            refuseOverdue();
            LockSupport.parkNanos(this, PAUSE_NANOS);
            return;
        }
        Batch batch = collect(term, true, slots.entryBytes());
        if (batch.isEmpty()) {
            return;
        }
        ByteBuffer entry = batch.toEntry();
        int entryBytes = entry.remaining();
        slots.sent(entryBytes);
        long sentNanos = System.nanoTime();
        replication.propose(entry, term, new Replication.Outcome() {
            @Override
            public void committed() {
                long nowNanos = System.nanoTime();
                slots.round(nowNanos - sentNanos);
                slots.done(entryBytes, nowNanos);
                LockSupport.unpark(thread);
                batch.answerForwarded(ForwardResponse.newBuilder()
                        .setOutcome(ForwardResponse.Outcome.COMMITTED)
                        .build()
                        .toByteString());
            }

            @Override
            public void failed(KvException failure) {
                slots.done(entryBytes, System.nanoTime());
                LockSupport.unpark(thread);
                if (failure instanceof KvException.Failed) {
                    pauseUntilNanos = System.nanoTime() + PAUSE_NANOS;
                    batch.requeueOwn();
                }
                batch.answerForwarded(answer(failure));
            }
        });
        batch.taken();
        batch.answerTaken();
    }

    private void forward(Leadership leadership) {
        SendWindow slots = window;
        if (!slots.isOpen()) {
            refuseOverdue();
            LockSupport.parkNanos(this, PAUSE_NANOS);
            return;
        }
        Batch batch = collect(leadership.term(), false, slots.entryBytes());
        if (batch.isEmpty()) {
            return;
        }
        slots.sent(batch.bytes);
        forwardsOut.incrementAndGet();
        long sentNanos = System.nanoTime();
        Duration patience = batch.longestPatience();
        replication
                .forward(leadership.leaderId(), batch.toForwardRequest(patience), patience)
                .whenComplete((answer, failure) -> {
                    long nowNanos = System.nanoTime();
                    if (failure == null && outcome(answer) == ForwardResponse.Outcome.COMMITTED) {
                        slots.round(nowNanos - sentNanos);
                    }
                    slots.done(batch.bytes, nowNanos);
                    LockSupport.unpark(thread);
                    boolean last = forwardsOut.decrementAndGet() == 0;
                    if (failure != null
                            ? failure instanceof KvException.Failed
                            : outcome(answer) == ForwardResponse.Outcome.FAILED) {
                        pauseUntilNanos = System.nanoTime() + PAUSE_NANOS;
                        batch.requeueOwn();
                    } else if (failure == null && outcome(answer) == ForwardResponse.Outcome.TAKEN) {
                        batch.taken();
                    } else if (failure == null && last && batch.isAwaited()) {
                        // No entry follows that would tell this node to apply these.
                        replication.learnCommitted();
                    }
                });
    }

    private static ForwardResponse.Outcome outcome(ByteString answer) {
        try {
            return ForwardResponse.parseFrom(answer).getOutcome();
        } catch (InvalidProtocolBufferException e) {
            return ForwardResponse.Outcome.UNKNOWN;
        }
    }

    /** Takes from the queue what fits into one entry of this term, and refuses what has waited for too long. */
    private Batch collect(long term, boolean leads, int windowBytes) {
        Batch batch = new Batch(term);
        int maxBytes = Math.min(limits.maxBatchBytes(), windowBytes);
        long nowNanos = System.nanoTime();
        for (Item item = next(); item != null; item = next()) {
            if (item instanceof Forwarded forwarded && (!leads || forwarded.request.getTerm() != term)) {
                forwarded.refuse(KvError.LEADER_CHANGED);
            } else if (refuseIfOverdue(item, nowNanos)) {
                continue;
            } else if (!batch.isEmpty() && batch.bytes + item.bytes() > maxBytes) {
                carried = item;
                break;
            } else {
                batch.add(item);
            }
        }
        return batch;
    }

    /** While nothing may go out: whoever waits for too long hears of it, oldest first. */
    private void refuseOverdue() {
        long nowNanos = System.nanoTime();
        Item item = next();
        while (item != null && refuseIfOverdue(item, nowNanos)) {
            item = next();
        }
        carried = item;
    }

    private boolean refuseIfOverdue(Item item, long nowNanos) {
        if (hasWaitedTooLong(item, nowNanos)) {
            item.refuse(KvError.TOO_MANY_REQUESTS);
        } else if (nowNanos - item.deadlineNanos() >= 0) {
            item.refuse(KvError.TIMEOUT);
        } else {
            return false;
        }
        return true;
    }

    private boolean hasWaitedTooLong(Item item, long nowNanos) {
        long patienceNanos = limits.maxQueueWait().toNanos();
        return nowNanos - item.sinceNanos() > patienceNanos && nowNanos - servedSinceNanos > patienceNanos;
    }

    private static ByteString answer(KvException failure) {
        return ForwardResponse.newBuilder()
                .setOutcome(
                        failure instanceof KvException.Failed
                                ? ForwardResponse.Outcome.FAILED
                                : ForwardResponse.Outcome.UNKNOWN)
                .setError(failure.error().name())
                .build()
                .toByteString();
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    /** The commands of one log entry, and whom to tell. */
    private final class Batch {
        private final Attempt attempt;
        private final List<PendingCall> own = new ArrayList<>();
        private final List<Forwarded> forwarded = new ArrayList<>();
        private int bytes;

        Batch(long term) {
            this.attempt = new Attempt(term);
        }

        void add(Item item) {
            if (item instanceof Forwarded other) {
                forwarded.add(other);
            } else if (item instanceof Own mine) {
                if (!mine.call.begin(attempt)) {
                    return;
                }
                own.add(mine.call);
            }
            bytes += item.bytes();
        }

        boolean isEmpty() {
            return own.isEmpty() && forwarded.isEmpty();
        }

        ByteBuffer toEntry() {
            ByteBuffer entry = ByteBuffer.allocate(1 + bytes).put(ENTRY_FORMAT);
            own.forEach(call -> entry.put(call.encoded));
            forwarded.forEach(item -> item.request.getCommands().copyTo(entry));
            return entry.flip();
        }

        ByteString toForwardRequest(Duration patience) {
            ByteString.Output commands = ByteString.newOutput(bytes);
            own.forEach(call -> commands.write(call.encoded, 0, call.encoded.length));
            return ForwardRequest.newBuilder()
                    .setTerm(attempt.term)
                    .setCommands(commands.toByteString())
                    .setPatienceMillis((int) Math.min(patience.toMillis(), Integer.MAX_VALUE))
                    .setAnswerWhenTaken(own.stream().anyMatch(call -> call.taken != null))
                    .build()
                    .toByteString();
        }

        Duration longestPatience() {
            long now = System.nanoTime();
            long nanos = own.stream()
                    .mapToLong(call -> call.deadlineNanos - now)
                    .max()
                    .orElse(0);
            return Duration.ofNanos(Math.max(nanos, 1_000_000));
        }

        boolean isAwaited() {
            return own.stream().anyMatch(call -> !call.future.isDone());
        }

        void requeueOwn() {
            own.forEach(call -> requeue(call, attempt));
        }

        /** The leader has handed the commands to its log. */
        void taken() {
            own.forEach(call -> call.taken(attempt));
        }

        void answerTaken() {
            forwarded.stream()
                    .filter(item -> item.request.getAnswerWhenTaken())
                    .forEach(item -> item.answer.complete(TAKEN));
        }

        void answerForwarded(ByteString answer) {
            forwarded.forEach(item -> item.answer.complete(answer));
        }
    }
}
