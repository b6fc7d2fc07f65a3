package io.lockstep.bench.watch;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One stream with a watcher for each of its keys. Read on one event loop. */
final class WatcherStream extends ClientCall.Listener<WatchResponse> {
    private final ClientCall<WatchRequest, WatchResponse> call;
    private final Tally tally;
    private final CountDownLatch created;
    /** Shared by all streams: why one of them ended before it was closed. */
    private final AtomicReference<@Nullable Status> ended;
    /** By watch id: the newest revision it was told of. */
    private final long[] newest;

    private volatile boolean closing;

    /** @param created counts the watchers that are still to be created */
    WatcherStream(
            Channel channel,
            List<ByteString> keys,
            Tally tally,
            CountDownLatch created,
            AtomicReference<@Nullable Status> ended) {
        this.tally = tally;
        this.created = created;
        this.ended = ended;
        this.newest = new long[keys.size()];
        call = channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        call.start(this, new Metadata());
        call.request(2);
        for (ByteString key : keys) {
            call.sendMessage(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key))
                    .build());
        }
    }

    @Override
    public void onMessage(WatchResponse answer) {
        call.request(1);
        if (answer.getCreated()) {
            created.countDown();
        }
        if (answer.getCanceled()) {
            ended.compareAndSet(null, Status.ABORTED.withDescription("a watch was cancelled: " + answer));
        }
        for (Event event : answer.getEventsList()) {
            int watcher = (int) answer.getWatchId();
            long revision = event.getKv().getModRevision();
            boolean inOrder = revision > newest[watcher];
            newest[watcher] = Math.max(newest[watcher], revision);
            tally.told(Stamp.putOf(event.getKv().getValue()), inOrder);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (!closing) {
            ended.compareAndSet(null, status);
        }
    }

    void close() {
        closing = true;
        call.cancel("the measurement is over", null);
    }
}
