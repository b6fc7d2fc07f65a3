package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.election.LeaderRequest;
import io.lockstep.api.election.LeaderResponse;
import io.lockstep.api.mvcc.Event;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.watch.WatchHub;
import io.lockstep.node.watch.WatchOutlet;
import io.lockstep.node.watch.WatchStream;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One client that observes an election: the present leader first, then each value that it proclaims, then the next leader.
 * While there is none, the first that comes. The end of a leader is not told: its successor is.
 *
 * <p>Begins on the stream's event loop; goes on where a read or a watch answers, one after the other.
 */
final class Observation implements StreamListener<LeaderRequest> {
    private final StreamCall<LeaderResponse> call;
    private final Queueing queues;
    private final WatchHub watches;
    private final Headers headers;
    private ByteString prefix = ByteString.EMPTY;

    /** Written by whoever goes on, read by the event loop: what is waited for now. */
    private volatile @Nullable Wait wait;

    /** Written by the event loop, read by whoever goes on. */
    private volatile boolean over;

    Observation(StreamCall<LeaderResponse> call, Queueing queues, WatchHub watches, Headers headers) {
        this.call = call;
        this.queues = queues;
        this.watches = watches;
        this.headers = headers;
        call.whenOver(this::onEnd);
    }

    @Override
    public CompletableFuture<?> onRequest(LeaderRequest request) {
        prefix = Queueing.prefix(request.getName());
        look();
        return StreamRpc.TAKEN;
    }

    private void look() {
        if (over) {
            return;
        }
        var unused = queues.look(Queueing.oldest(prefix), call.beginRequest()).whenComplete((look, failure) -> {
            if (failure != null) {
                call.fail(failure);
            } else if (look.found().isPresent()) {
                KeyValue leader = look.found().get();
                call.send(LeaderResponse.newBuilder()
                        .setHeader(look.header())
                        .setKv(leader)
                        .build());
                await(leader.getKey(), ByteString.EMPTY, look.header().getRevision() + 1);
            } else {
                await(prefix, Queueing.endOf(prefix), look.header().getRevision() + 1);
            }
        });
    }

    private void await(ByteString key, ByteString end, long from) {
        Wait next = new Wait(end.isEmpty());
        wait = next;
        next.begin(WatchCreateRequest.newBuilder()
                .setKey(key)
                .setRangeEnd(end)
                .setStartRevision(from)
                .build());
        if (over) {
            next.end();
        }
    }

    @Override
    public void onReady() {
        Wait now = wait;
        if (now != null) {
            now.stream.onReady();
        }
    }

    @Override
    public void onEnd() {
        over = true;
        Wait now = wait;
        if (now != null) {
            now.end();
        }
    }

    /** For what the leader does, or for the first one to come. Watch thread only, but for its beginning and its end. */
    private final class Wait implements WatchOutlet {
        private final WatchStream stream;
        private final boolean ofLeader;
        private boolean done;

        Wait(boolean ofLeader) {
            this.ofLeader = ofLeader;
            this.stream = watches.open(this);
        }

        void begin(WatchCreateRequest request) {
            var unused = stream.create(request);
        }

        void end() {
            stream.close();
        }

        @Override
        public boolean isReady() {
            return call.isReady();
        }

        @Override
        public void send(WatchResponse.Builder answer, long revision) {
            if (done) {
                return;
            }
            if (answer.getCanceled()) {
                finish();
                look();
                return;
            }
            for (Event event : answer.getEventsList()) {
                KeyValue kv = event.getKv();
                boolean deleted = event.getType() == Event.EventType.DELETE;
                if (deleted && ofLeader) {
                    finish();
                    look();
                    return;
                }
                if (!deleted) {
                    call.send(LeaderResponse.newBuilder()
                            .setHeader(headers.at(kv.getModRevision()))
                            .setKv(kv)
                            .build());
                    if (!ofLeader) {
                        finish();
                        await(kv.getKey(), ByteString.EMPTY, kv.getModRevision() + 1);
                        return;
                    }
                }
            }
        }

        private void finish() {
            done = true;
            end();
        }

        @Override
        public void fail(Throwable failure) {
            call.fail(failure);
        }
    }
}
