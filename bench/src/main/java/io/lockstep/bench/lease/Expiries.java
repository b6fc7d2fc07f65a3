package io.lockstep.bench.lease;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import io.lockstep.bench.load.LoadFailedException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/** Sees each lease end, by a watch on their keys, and judges whether that is too early. */
public final class Expiries {
    private static final String PREFIX = "bench-lease/";
    private static final long BEGIN_SECONDS = 20;

    private final ManagedChannel channel;
    private final AtomicLongArray aliveSince;
    private final long ttlNanos;
    private final CountDownLatch begun = new CountDownLatch(1);
    /** Guarded by this, as all below. */
    private final BitSet ended = new BitSet();

    private int early;
    private long earliestByNanos;
    private long firstNanos;
    private long lastNanos;
    private @Nullable String failure;

    Expiries(ManagedChannel channel, AtomicLongArray aliveSince, long ttlNanos) {
        this.channel = channel;
        this.aliveSince = aliveSince;
        this.ttlNanos = ttlNanos;
    }

    static ByteString key(int number) {
        return ByteString.copyFromUtf8(PREFIX + number);
    }

    /** From now on each end is seen. */
    void begin() throws InterruptedException {
        byte[] end = PREFIX.getBytes(StandardCharsets.US_ASCII);
        end[end.length - 1]++;
        WatchCreateRequest create = WatchCreateRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(PREFIX))
                .setRangeEnd(ByteString.copyFrom(end))
                .addFilters(WatchCreateRequest.FilterType.NOPUT)
                .build();
        WatchGrpc.newStub(channel)
                .watch(new Seen())
                .onNext(WatchRequest.newBuilder().setCreateRequest(create).build());
        if (!begun.await(BEGIN_SECONDS, TimeUnit.SECONDS)) {
            throw new LoadFailedException("the watch on the leases' keys was not begun");
        }
    }

    private final class Seen implements StreamObserver<WatchResponse> {
        @Override
        public void onNext(WatchResponse answer) {
            if (answer.getCanceled()) {
                onError(new IllegalStateException("the watch was canceled: " + answer.getCancelReason()));
                return;
            }
            begun.countDown();
            for (Event event : answer.getEventsList()) {
                String key = event.getKv().getKey().toStringUtf8();
                judge(Integer.parseInt(key.substring(PREFIX.length())), System.nanoTime());
            }
        }

        @Override
        public void onError(Throwable error) {
            synchronized (Expiries.this) {
                failure = failure == null ? String.valueOf(error.getMessage()) : failure;
            }
        }

        @Override
        public void onCompleted() {
            onError(new IllegalStateException("the watch was ended by the server"));
        }
    }

    private synchronized void judge(int number, long nowNanos) {
        ended.set(number);
        firstNanos = firstNanos == 0 ? nowNanos : firstNanos;
        lastNanos = nowNanos;
        long by = ttlNanos - (nowNanos - aliveSince.get(number));
        if (by > 0) {
            early++;
            earliestByNanos = Math.max(earliestByNanos, by);
        }
    }

    /** How many leases have ended. */
    public synchronized int count() {
        return ended.cardinality();
    }

    /** How many of them had been renewed, or granted, less than their TTL before. */
    public synchronized int early() {
        return early;
    }

    public synchronized long earliestByMillis() {
        return TimeUnit.NANOSECONDS.toMillis(earliestByNanos);
    }

    /** From the first end to the last that was seen. */
    public synchronized double seconds() {
        return (lastNanos - firstNanos) / 1e9;
    }

    /**
     * Waits until so many have ended.
     *
     * @throws LoadFailedException if they have not by then
     */
    public void await(int wanted, long patienceSeconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(patienceSeconds);
        while (count() < wanted) {
            String failed = failure();
            if (failed != null || System.nanoTime() - end > 0) {
                throw new LoadFailedException("only " + count() + " of " + wanted + " leases have ended after "
                        + patienceSeconds + " s" + (failed == null ? "" : ": " + failed));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private synchronized @Nullable String failure() {
        return failure;
    }
}
