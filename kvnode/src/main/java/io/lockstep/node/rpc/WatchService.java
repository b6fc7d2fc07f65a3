package io.lockstep.node.rpc;

import io.grpc.Status;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.node.error.KvException;
import io.lockstep.node.watch.WatchHub;
import io.lockstep.node.watch.WatchOutlet;
import io.lockstep.node.watch.WatchStream;
import java.util.concurrent.CompletableFuture;

/** Watches: many on one stream. */
final class WatchService {
    /** Requests of one stream that may wait for the watch thread. */
    private static final int MAX_OPEN_REQUESTS = 64;

    private final WatchHub hub;
    private final Headers headers;
    private final Authorization authorization;

    WatchService(WatchHub hub, Headers headers, Authorization authorization) {
        this.hub = hub;
        this.authorization = authorization;
        this.headers = headers;
    }

    StreamRpc<WatchRequest, WatchResponse> rpc() {
        return new StreamRpc<>(WatchGrpc.getWatchMethod(), MAX_OPEN_REQUESTS, Session::new);
    }

    private final class Session implements StreamListener<WatchRequest>, WatchOutlet {
        private final StreamCall<WatchResponse> call;
        private final WatchStream stream;

        Session(StreamCall<WatchResponse> call) {
            this.call = call;
            this.stream = hub.open(this);
            call.whenOver(stream::close);
        }

        @Override
        public CompletableFuture<?> onRequest(WatchRequest request) {
            return switch (request.getRequestUnionCase()) {
                case CREATE_REQUEST -> create(request.getCreateRequest());
                case CANCEL_REQUEST -> stream.cancel(request.getCancelRequest().getWatchId());
                case PROGRESS_REQUEST -> stream.progress();
                // As etcd: a request of a later version must not end what else the stream does.
                case REQUESTUNION_NOT_SET -> StreamRpc.TAKEN;
            };
        }

        /** One watch that is refused ends neither the stream nor the others on it. */
        private CompletableFuture<?> create(WatchCreateRequest request) {
            try {
                authorization.watch(call.opened(), request);
            } catch (KvException.Rejected refused) {
                Status status = ErrorMapping.of(refused.error());
                // As clients of etcd print an error, code included.
                return stream.refuse("rpc error: code = " + RpcMetrics.codeName(status.getCode()) + " desc = "
                        + status.getDescription());
            }
            return stream.create(request);
        }

        @Override
        public void onReady() {
            stream.onReady();
        }

        @Override
        public void onEnd() {
            stream.close();
        }

        @Override
        public boolean isReady() {
            return call.isReady();
        }

        @Override
        public void send(WatchResponse.Builder answer, long revision) {
            call.send(answer.setHeader(headers.at(revision)).build());
        }

        @Override
        public void fail(Throwable failure) {
            call.fail(failure);
        }
    }
}
