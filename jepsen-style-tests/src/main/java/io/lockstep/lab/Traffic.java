package io.lockstep.lab;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.Ack;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ReadPath;
import io.lockstep.api.ResponseHeader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * Clients of every member at every setting. Each sends at fixed times, whether its last call was answered or not: one that
 * waited for answers would send least when the cluster is worst, and the figures would look better than what users get. A
 * call that has no answer after a second counts as failed; so no client has more calls under way than it sends in a second.
 *
 * <p>A client asks its one member only. A session's write goes to the next member, by number, and its read waits for that
 * write's revision.
 */
final class Traffic implements AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(1);
    static final int CALLS_PER_SECOND = 20;
    private static final ByteString READ_KEY = ByteString.copyFromUtf8("lab/price");
    private static final int VALUE_BYTES = 100;
    private static final long RECONNECT_EVERY_NANOS = Duration.ofMillis(300).toNanos();

    private final Stage stage;
    private final Queue<Sample> samples = new ConcurrentLinkedQueue<>();
    /** By member, from 1: the newest revision that a quorum write there was acknowledged with. Written by grpc's threads. */
    private final AtomicLongArray written = new AtomicLongArray(Stage.NODES + 1);

    private final ByteString value = ByteString.copyFrom(new byte[VALUE_BYTES]);
    private final Thread thread;
    /** Set by the caller's thread, read by the sender's. */
    private volatile boolean stopped;
    /** When the last call ended that was not answered in time; written by grpc's threads, read by the caller's. */
    private volatile long lastFailureNanos = System.nanoTime();
    /** Written by the sender's thread, read after it ended. */
    private long latestNanos;

    /** One client: when it sends next. */
    private record Turn(Setting setting, int node, int sequence, long dueNanos) {}

    private Traffic(Stage stage, long seed) {
        this.stage = stage;
        this.thread = new Thread(() -> send(seed), "lab-traffic");
        thread.setDaemon(true);
    }

    static Traffic start(Stage stage, long seed) {
        Traffic traffic = new Traffic(stage, seed);
        traffic.thread.start();
        return traffic;
    }

    private void send(long seed) {
        long periodNanos = Duration.ofSeconds(1).toNanos() / CALLS_PER_SECOND;
        SplittableRandom random = new SplittableRandom(seed);
        PriorityQueue<Turn> turns = new PriorityQueue<>(Comparator.comparingLong(Turn::dueNanos));
        long began = System.nanoTime();
        for (Setting setting : Setting.values()) {
            for (int node = 1; node <= Stage.NODES; node++) {
                turns.add(new Turn(setting, node, 0, began + random.nextLong(periodNanos)));
            }
        }
        long reconnectNanos = began;
        while (!stopped) {
            Turn turn = turns.remove();
            for (long left = turn.dueNanos() - System.nanoTime();
                    left > 0;
                    left = turn.dueNanos() - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            long late = System.nanoTime() - turn.dueNanos();
            latestNanos = Math.max(latestNanos, late);
            if (turn.dueNanos() - reconnectNanos > RECONNECT_EVERY_NANOS) {
                stage.reconnect();
                reconnectNanos = turn.dueNanos();
            }
            send(turn);
            turns.add(new Turn(turn.setting(), turn.node(), turn.sequence() + 1, turn.dueNanos() + periodNanos));
        }
    }

    private void send(Turn turn) {
        KVGrpc.KVStub stub = KVGrpc.newStub(stage.channel(turn.node())).withDeadlineAfter(DEADLINE);
        switch (turn.setting()) {
            case STALE -> read(stub, turn, range().setSerializable(true));
            case BOUNDED -> read(stub, turn, range().setMaxStalenessMillis(Setting.BOUND_MILLIS));
            case SESSION -> read(stub, turn, range().setMinRevision(written.get(turn.node() % Stage.NODES + 1)));
            case LINEARIZABLE -> read(stub, turn, range());
            case ACCEPTED -> write(stub, turn, Ack.ACK_ACCEPTED);
            case QUORUM -> write(stub, turn, Ack.ACK_QUORUM);
            case ALL -> write(stub, turn, Ack.ACK_ALL);
        }
    }

    private static RangeRequest.Builder range() {
        return RangeRequest.newBuilder().setKey(READ_KEY);
    }

    private void read(KVGrpc.KVStub stub, Turn turn, RangeRequest.Builder request) {
        stub.range(request.build(), new Note<>(turn, request.getMinRevision(), RangeResponse::getHeader));
    }

    private void write(KVGrpc.KVStub stub, Turn turn, Ack ack) {
        PutRequest request = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(Sample.key(turn.setting(), turn.node(), turn.sequence())))
                .setValue(value)
                .setAck(ack)
                .build();
        stub.put(request, new Note<>(turn, 0, PutResponse::getHeader));
    }

    /** Takes down what becomes of a call that is about to be sent. */
    private final class Note<A> implements StreamObserver<A> {
        private final Turn turn;
        private final long asked;
        private final Function<A, ResponseHeader> header;
        private final long sentNanos = System.nanoTime();

        Note(Turn turn, long asked, Function<A, ResponseHeader> header) {
            this.turn = turn;
            this.asked = asked;
            this.header = header;
        }

        @Override
        public void onNext(A answer) {
            answered(turn, asked, sentNanos, System.nanoTime(), header.apply(answer));
        }

        @Override
        public void onError(Throwable failure) {
            failed(turn, asked, sentNanos, System.nanoTime(), failure);
        }

        @Override
        public void onCompleted() {}
    }

    private void answered(Turn turn, long asked, long sentNanos, long endedNanos, ResponseHeader header) {
        boolean known = !header.hasRevisionKnown() || header.getRevisionKnown();
        if (turn.setting() == Setting.QUORUM) {
            written.accumulateAndGet(turn.node(), header.getRevision(), Math::max);
        }
        note(new Sample(
                turn.setting(),
                turn.node(),
                turn.sequence(),
                asked,
                sentNanos,
                endedNanos,
                Sample.Result.ANSWERED,
                known ? header.getRevision() : 0,
                header.hasStalenessMillis() ? header.getStalenessMillis() : Sample.UNPROVEN,
                header.getServed(),
                header.getAckMissingCount()));
    }

    private void failed(Turn turn, long asked, long sentNanos, long endedNanos, Throwable failure) {
        boolean timedOut = Status.fromThrowable(failure).getCode() == Status.Code.DEADLINE_EXCEEDED;
        note(new Sample(
                turn.setting(),
                turn.node(),
                turn.sequence(),
                asked,
                sentNanos,
                endedNanos,
                timedOut ? Sample.Result.TIMED_OUT : Sample.Result.REFUSED,
                0,
                Sample.UNPROVEN,
                ReadPath.READ_PATH_UNSET,
                0));
    }

    private void note(Sample sample) {
        if (!sample.inTime()) {
            lastFailureNanos = sample.endedNanos();
        }
        samples.add(sample);
    }

    /** Whether every call of the last two seconds was answered in time. */
    boolean isFluent() {
        return System.nanoTime() - lastFailureNanos > 2 * DEADLINE.toNanos();
    }

    /** Sends nothing more, and waits until every call has ended. */
    List<Sample> finish() throws InterruptedException {
        stopped = true;
        thread.join();
        Thread.sleep(DEADLINE.plusMillis(200).toMillis()); // every call is over by its deadline
        return new ArrayList<>(samples);
    }

    /** By how much the lab itself was late to send, at worst; after {@link #finish}. */
    long latestNanos() {
        return latestNanos;
    }

    @Override
    public void close() {
        stopped = true;
    }
}
