package io.lockstep.node.rpc;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import java.util.concurrent.CompletableFuture;

/**
 * A method with a stream of answers and one request or a stream of them, as both gRPC and the JSON gateway serve it.
 *
 * @param method its name and how its messages look on the wire
 * @param maxOpenRequests requests of one stream that may be in hand; the client's next one waits on the connection
 */
public record StreamRpc<Q extends Message, R extends Message>(
        MethodDescriptor<Q, R> method, int maxOpenRequests, Handler<Q, R> handler) {
    /** A request that is done with when {@link StreamListener#onRequest} returns. */
    public static final CompletableFuture<Void> TAKEN = CompletableFuture.completedFuture(null);

    /** Begins streams. Runs on an event loop and does not block; what it throws ends the stream. */
    @FunctionalInterface
    public interface Handler<Q, R> {
        /** May answer, and end the stream, at once. */
        StreamListener<Q> open(StreamCall<R> call);
    }

    public StreamRpc {
        if (maxOpenRequests < 1) {
            throw new IllegalArgumentException("open requests is " + maxOpenRequests + ": it must be at least 1");
        }
    }

    /** Whether a second request is one too many. */
    public boolean takesOneRequest() {
        return method.getType().clientSendsOneMessage();
    }
}
