package io.lockstep.node.rpc.port;

import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.lockstep.node.error.KvError;
import io.lockstep.node.rpc.Admission;
import io.lockstep.node.rpc.ErrorMapping;
import io.lockstep.node.rpc.OpenCalls;
import io.lockstep.node.rpc.RpcCall;
import io.lockstep.node.rpc.RpcMetrics;
import io.lockstep.node.rpc.UnaryRpc;
import io.lockstep.node.rpc.auth.Credentials;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Brings a gRPC call to its method and the answer back. Listener methods run on the call's event loop. */
final class UnaryCallHandler<Q extends Message, R> implements ServerCallHandler<Q, R> {
    /** In place of the bytes held: the call is over. */
    private static final long GONE = -1;

    private final UnaryRpc<Q, R> rpc;
    private final Admission admission;
    private final RpcMetrics.ForMethod metrics;
    private final OpenCalls openCalls;
    private final long limitNanos;

    UnaryCallHandler(
            UnaryRpc<Q, R> rpc,
            Admission admission,
            RpcMetrics.ForMethod metrics,
            OpenCalls openCalls,
            long limitNanos) {
        this.rpc = rpc;
        this.admission = admission;
        this.metrics = metrics;
        this.openCalls = openCalls;
        this.limitNanos = limitNanos;
    }

    @Override
    public ServerCall.Listener<Q> startCall(ServerCall<Q, R> call, Metadata metadata) {
        metrics.begun();
        if (!openCalls.begin()) {
            Status tooMany = ErrorMapping.of(KvError.TOO_MANY_REQUESTS);
            metrics.ended(tooMany);
            call.close(tooMany, new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Deadline deadline = Context.current().getDeadline();
        long clientNanos = deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.NANOSECONDS);
        // One more than there may be, so that a second message is seen and refused.
        call.request(2);
        RpcCall rpcCall = RpcCall.begin(clientNanos, limitNanos);
        rpcCall.comesWith(Credentials.of(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
        return new Listener(call, metadata, rpcCall);
    }

    private final class Listener extends ServerCall.Listener<Q> {
        private final ServerCall<Q, R> call;
        private final Metadata metadata;
        private final RpcCall rpcCall;
        private @Nullable Q request;
        private boolean refused;
        private boolean over;

        /** Of the answer, from when it is given to the connection until that has sent it. */
        private final AtomicLong heldBytes = new AtomicLong();

        Listener(ServerCall<Q, R> call, Metadata metadata, RpcCall rpcCall) {
            this.call = call;
            this.metadata = metadata;
            this.rpcCall = rpcCall;
        }

        @Override
        public void onMessage(Q message) {
            if (request != null) {
                refused = true;
                close(ErrorMapping.protocolViolation("more than one request in a unary call"));
            }
            request = message;
        }

        @Override
        public void onHalfClose() {
            if (refused) {
                return;
            }
            if (request == null) {
                close(ErrorMapping.protocolViolation("no request in a unary call"));
                return;
            }
            try {
                admission.check(request, metadata, rpcCall);
            } catch (RuntimeException e) {
                close(status(e));
                return;
            }
            rpc.handle(request, rpcCall).whenComplete(this::answer);
        }

        @Override
        public void onCancel() {
            rpcCall.cancel();
            end();
        }

        @Override
        public void onComplete() {
            end();
        }

        private void end() {
            if (!over) {
                over = true;
                openCalls.end();
                openCalls.release(heldBytes.getAndSet(GONE));
            }
        }

        /** The connection may be gone meanwhile, or be done as soon as it has the answer. */
        private void hold(long bytes) {
            openCalls.hold(bytes);
            if (!heldBytes.compareAndSet(0, bytes)) {
                openCalls.release(bytes);
            }
        }

        private void answer(@Nullable R response, @Nullable Throwable failure) {
            if (rpcCall.isCancelled()) {
                metrics.ended(ErrorMapping.of(KvError.CANCELLED));
                return;
            }
            if (response == null) {
                close(status(failure == null ? new IllegalStateException("no answer") : failure));
                return;
            }
            try {
                hold(rpc.sizeBytes(response));
                call.sendHeaders(new Metadata());
                call.sendMessage(response);
                close(Status.OK);
            } catch (RuntimeException e) {
                close(status(e));
            }
        }

        private Metadata trailers() {
            Metadata trailers = new Metadata();
            rpcCall.aside()
                    .forEach((name, value) ->
                            trailers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
            return trailers;
        }

        private Status status(Throwable failure) {
            return ErrorMapping.toStatus(failure, rpc.method().getFullMethodName());
        }

        private void close(Status status) {
            metrics.ended(status);
            call.close(status, trailers());
        }
    }
}
