package io.lockstep.bench.watch;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.bench.load.Connections;
import io.lockstep.bench.load.LoadFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The watchers, then the puts at fixed moments whether or not earlier ones are done. Latency counts from the moment at which
 * a put was to begin, so that a server that stalls is charged for all that it held up.
 */
public final class WatchLoad implements AutoCloseable {
    private static final long CREATE_TIMEOUT_SECONDS = 120;
    private static final long PUT_TIMEOUT_SECONDS = 20;
    private static final long DRAIN_TIMEOUT_SECONDS = 60;
    private static final long POLL_MILLIS = 20;

    private final WatchSpec spec;
    private final Connections puts;
    private final Tally tally;
    private final List<WatcherStream> streams = new ArrayList<>();
    private final AtomicReference<@Nullable Status> ended = new AtomicReference<>();

    /** @param puts connections for the puts alone */
    public WatchLoad(WatchSpec spec, Connections puts) {
        this.spec = spec;
        this.puts = puts;
        this.tally = new Tally(spec);
    }

    /** Opens the streams, taking connections in turn, and waits until every watcher is there. */
    public void watch(Connections connections) throws InterruptedException {
        CountDownLatch created = new CountDownLatch(spec.watchers());
        for (int from = 0; from < spec.watchers(); from += spec.watchersPerStream()) {
            List<ByteString> keys = new ArrayList<>();
            int to = Math.min(spec.watchers(), from + spec.watchersPerStream());
            for (int watcher = from; watcher < to; watcher++) {
                keys.add(key(watcher % spec.keys()));
            }
            streams.add(new WatcherStream(connections.channel(streams.size()), keys, tally, created, ended));
        }
        for (long waited = 0; !created.await(1, TimeUnit.SECONDS); waited++) {
            requireStreams();
            if (waited >= CREATE_TIMEOUT_SECONDS) {
                throw new LoadFailedException(created.getCount() + " of " + spec.watchers()
                        + " watchers were not created within " + CREATE_TIMEOUT_SECONDS + " s");
            }
        }
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8(String.format(Locale.ROOT, "watched/%08d", number));
    }

    private void requireStreams() {
        Status status = ended.get();
        if (status != null) {
            throw new LoadFailedException(
                    "a stream of watchers ended: " + status.getCode() + " " + status.getDescription());
        }
    }

    /** Puts, and waits until every watcher was told of all, or nothing more comes. */
    public WatchResult run() throws InterruptedException {
        double intervalNanos = (double) TimeUnit.SECONDS.toNanos(1) / spec.ratePerSecond();
        long begin = System.nanoTime();
        for (int put = 0; put < spec.puts(); put++) {
            long intended = begin + (long) (put * intervalNanos);
            for (long now = System.nanoTime(); now < intended; now = System.nanoTime()) {
                LockSupport.parkNanos(intended - now);
            }
            put(put, intended);
        }
        drain();
        return tally.result();
    }

    private void put(int put, long intended) {
        tally.begins(put, intended);
        PutRequest request = PutRequest.newBuilder()
                .setKey(key(put % spec.keys()))
                .setValue(Stamp.value(put, spec.valueBytes()))
                .build();
        Channel channel = puts.channel(put);
        ClientCalls.asyncUnaryCall(
                channel.newCall(
                        KVGrpc.getPutMethod(),
                        CallOptions.DEFAULT.withDeadlineAfter(PUT_TIMEOUT_SECONDS, TimeUnit.SECONDS)),
                request,
                new StreamObserver<PutResponse>() {
                    @Override
                    public void onNext(PutResponse response) {
                        tally.acknowledged();
                    }

                    @Override
                    public void onError(Throwable failure) {
                        tally.failed(put);
                    }

                    @Override
                    public void onCompleted() {
                        // counted by its answer
                    }
                });
    }

    private void drain() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_TIMEOUT_SECONDS);
        while ((tally.finished() < spec.puts() || tally.missing() > 0) && System.nanoTime() < deadline) {
            requireStreams();
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
    }

    @Override
    public void close() {
        streams.forEach(WatcherStream::close);
    }
}
