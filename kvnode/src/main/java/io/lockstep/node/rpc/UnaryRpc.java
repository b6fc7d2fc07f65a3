package io.lockstep.node.rpc;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletableFuture;

/**
 * A method with one request and one answer, as both gRPC and the JSON gateway serve it.
 *
 * @param method its name and how its messages look on the wire
 */
public record UnaryRpc<Q extends Message, R>(MethodDescriptor<Q, R> method, Handler<Q, R> handler) {
    /** Checks, submits, answers. Runs on an event loop and does not block. */
    @FunctionalInterface
    public interface Handler<Q, R> {
        /** May throw what the future may fail with. */
        CompletableFuture<R> handle(Q request, RpcCall call);
    }

    /** Of the answer as it goes over the wire. */
    public int sizeBytes(R answer) {
        return answer instanceof RangeAnswer range ? range.sizeBytes() : ((Message) answer).getSerializedSize();
    }

    /** Every way to fail ends in the future. */
    public CompletableFuture<R> handle(Q request, RpcCall call) {
        try {
            return handler.handle(request, call);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
