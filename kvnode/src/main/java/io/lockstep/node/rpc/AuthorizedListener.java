package io.lockstep.node.rpc;

import com.google.protobuf.Message;
import java.util.concurrent.CompletableFuture;

/** A stream whose requests are judged, one by one, before its service sees them. */
final class AuthorizedListener<Q extends Message> implements StreamListener<Q> {
    private final String method;
    private final StreamListener<Q> service;
    private final StreamCall<?> call;
    private final Authorization authorization;

    AuthorizedListener(String method, StreamListener<Q> service, StreamCall<?> call, Authorization authorization) {
        this.method = method;
        this.service = service;
        this.call = call;
        this.authorization = authorization;
    }

    @Override
    public CompletableFuture<?> onRequest(Q request) {
        authorization.admitInStream(method, request, call.opened());
        return service.onRequest(request);
    }

    @Override
    public void onHalfClose() {
        service.onHalfClose();
    }

    @Override
    public void onReady() {
        service.onReady();
    }

    @Override
    public void onEnd() {
        service.onEnd();
    }
}
