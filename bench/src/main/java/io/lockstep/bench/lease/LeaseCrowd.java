package io.lockstep.bench.lease;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.bench.load.LoadFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Leases with a key each, kept alive over one stream to each endpoint, about three times per TTL: evenly spread, and one
 * renewal of a lease at a time, so what is under way has a bound. For each lease it is known since when it is certainly
 * alive: since its last request that was answered was sent.
 */
public final class LeaseCrowd implements AutoCloseable {
    private static final int GRANTS_AT_A_TIME = 64;
    private static final long TICK_MILLIS = 50;
    private static final long CALL_SECONDS = 20;
    private static final int RENEWALS_PER_TTL = 3;
    private static final long NOT_GRANTED = Long.MIN_VALUE;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<KeepAliveStream> streams = new ArrayList<>();
    private final int count;
    private final int ttlSeconds;
    /** Their ids follow each other, so that an id tells the number of its lease. */
    private final long firstId = ThreadLocalRandom.current().nextLong(1L << 40, 1L << 60);
    /** By number, in nanoseconds; written by the threads that answers come on, read by the ones that judge. */
    private final AtomicLongArray aliveSince;

    private final Expiries expiries;
    private final int slots;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "bench-leases");
        thread.setDaemon(true);
        return thread;
    });
    /** Which leases are due: all with this number modulo {@link #slots}. Of the clock's thread. */
    private int slot;

    private volatile boolean keeping = true;

    /** Connects; the leases come with {@link #grant}. */
    public LeaseCrowd(List<String> endpoints, int count, int ttlSeconds) {
        this.count = count;
        this.ttlSeconds = ttlSeconds;
        this.aliveSince = new AtomicLongArray(count);
        for (int number = 0; number < count; number++) {
            aliveSince.set(number, NOT_GRANTED);
        }
        this.slots = (int) (TimeUnit.SECONDS.toMillis(ttlSeconds) / RENEWALS_PER_TTL / TICK_MILLIS);
        for (String endpoint : endpoints) {
            ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + endpoint)
                    .usePlaintext()
                    .build();
            channels.add(channel);
            streams.add(new KeepAliveStream(LeaseGrpc.newStub(channel), firstId, aliveSince));
        }
        this.expiries = new Expiries(channels.get(0), aliveSince, TimeUnit.SECONDS.toNanos(ttlSeconds));
        var unused = clock.scheduleAtFixedRate(this::renew, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /**
     * Grants all, and puts a key to each; those that are there are kept alive meanwhile.
     *
     * @throws LoadFailedException with the first failure
     */
    public void grant() throws InterruptedException {
        expiries.begin();
        Semaphore free = new Semaphore(GRANTS_AT_A_TIME);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        for (int number = 0; number < count && failure.get() == null; number++) {
            take(free, 1);
            grant(number, free, failure);
        }
        take(free, GRANTS_AT_A_TIME);
        Throwable failed = failure.get();
        if (failed != null) {
            throw new LoadFailedException("granting the leases failed: " + failed.getMessage());
        }
    }

    private static void take(Semaphore free, int permits) throws InterruptedException {
        if (!free.tryAcquire(permits, CALL_SECONDS + 10, TimeUnit.SECONDS)) {
            throw new LoadFailedException("granting the leases stands still");
        }
    }

    private void grant(int number, Semaphore free, AtomicReference<@Nullable Throwable> failure) {
        ManagedChannel channel = channels.get(number % channels.size());
        long sent = System.nanoTime();
        LeaseGrantRequest request = LeaseGrantRequest.newBuilder()
                .setID(firstId + number)
                .setTTL(ttlSeconds)
                .build();
        PutRequest put = PutRequest.newBuilder()
                .setKey(Expiries.key(number))
                .setValue(ByteString.copyFromUtf8("up"))
                .setLease(firstId + number)
                .build();
        LeaseGrpc.newStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .leaseGrant(request, new Answer<LeaseGrantResponse>(free, failure) {
                    @Override
                    public void onCompleted() {
                        aliveSince.set(number, sent);
                        KVGrpc.newStub(channel)
                                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                                .put(put, new Answer<PutResponse>(free, failure));
                    }
                });
    }

    /** Counts as done when it is completed, and as failed when it fails. */
    private static class Answer<A> implements StreamObserver<A> {
        private final Semaphore free;
        private final AtomicReference<@Nullable Throwable> failure;

        Answer(Semaphore free, AtomicReference<@Nullable Throwable> failure) {
            this.free = free;
            this.failure = failure;
        }

        @Override
        public void onNext(A answer) {}

        @Override
        public void onError(Throwable error) {
            failure.compareAndSet(null, error);
            free.release();
        }

        @Override
        public void onCompleted() {
            free.release();
        }
    }

    private void renew() {
        if (!keeping) {
            return;
        }
        for (int number = slot; number < count; number += slots) {
            if (aliveSince.get(number) != NOT_GRANTED) {
                streams.get(number % streams.size()).renew(number);
            }
        }
        slot = (slot + 1) % slots;
    }

    /** From now on they are left to expire. */
    public void leave() throws InterruptedException {
        keeping = false;
        clock.shutdown();
        clock.awaitTermination(CALL_SECONDS, TimeUnit.SECONDS);
        streams.forEach(KeepAliveStream::end);
    }

    /** What has become of them until now. */
    public Expiries expiries() {
        return expiries;
    }

    /** Renewals that were answered well. */
    public long renewed() {
        return streams.stream().mapToLong(KeepAliveStream::answered).sum();
    }

    /** Renewals that were answered with the word that there is no such lease. */
    public long gone() {
        return streams.stream().mapToLong(KeepAliveStream::gone).sum();
    }

    /** Renewals that were due while the one before was still not answered. */
    public long late() {
        return streams.stream().mapToLong(KeepAliveStream::late).sum();
    }

    /** How often a stream ended, and was opened again. */
    public long broken() {
        return streams.stream().mapToLong(KeepAliveStream::broken).sum();
    }

    @Override
    public void close() {
        clock.shutdownNow();
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
