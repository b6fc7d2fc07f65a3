package io.lockstep.node.rpc.port;

import com.google.protobuf.Message;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.lockstep.node.error.KvError;
import io.lockstep.node.rpc.Admission;
import io.lockstep.node.rpc.ErrorMapping;
import io.lockstep.node.rpc.OpenStreams;
import io.lockstep.node.rpc.RpcCall;
import io.lockstep.node.rpc.RpcMetrics;
import io.lockstep.node.rpc.StreamCall;
import io.lockstep.node.rpc.StreamListener;
import io.lockstep.node.rpc.StreamRpc;
import io.lockstep.node.rpc.auth.Credentials;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Brings a gRPC stream to its method and the answers back. Listener methods run on the call's event loop. */
final class StreamCallHandler<Q extends Message, R extends Message> implements ServerCallHandler<Q, R> {
    /** Answers beyond this wait where they come from: what a client that reads nothing may cost. */
    private static final int OUTBOUND_BYTES = 256 * 1024;

    private final StreamRpc<Q, R> rpc;
    private final Admission admission;
    private final RpcMetrics.ForMethod metrics;
    private final OpenStreams openStreams;
    private final long limitNanos;

    StreamCallHandler(
            StreamRpc<Q, R> rpc,
            Admission admission,
            RpcMetrics.ForMethod metrics,
            OpenStreams openStreams,
            long limitNanos) {
        this.rpc = rpc;
        this.admission = admission;
        this.metrics = metrics;
        this.openStreams = openStreams;
        this.limitNanos = limitNanos;
    }

    @Override
    public ServerCall.Listener<Q> startCall(ServerCall<Q, R> call, Metadata metadata) {
        metrics.begun();
        call.setOnReadyThreshold(OUTBOUND_BYTES);
        RpcCall opened = RpcCall.beginStream();
        opened.comesWith(Credentials.of(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
        try {
            admission.open(rpc.method().getFullMethodName(), metadata, opened);
        } catch (RuntimeException e) {
            return refuse(call, ErrorMapping.toStatus(e, rpc.method().getFullMethodName()));
        }
        StreamCall<R> stream =
                new StreamCall<>(new Outlet<>(call), rpc, metrics, opened, admission.needsLeader(metadata), limitNanos);
        if (!openStreams.begin(stream)) {
            return refuse(call, ErrorMapping.of(KvError.TOO_MANY_REQUESTS));
        }
        StreamListener<Q> listener;
        try {
            listener = rpc.handler().open(stream);
        } catch (RuntimeException e) {
            stream.fail(e);
            openStreams.end(stream);
            return new ServerCall.Listener<>() {};
        }
        // One more than there may be, so that a second message is seen and refused.
        call.request(rpc.takesOneRequest() ? 2 : rpc.maxOpenRequests());
        return new Listener(call, stream, listener);
    }

    private ServerCall.Listener<Q> refuse(ServerCall<Q, R> call, Status status) {
        metrics.ended(status);
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    /** Its methods are called by one thread at a time, so the flag needs no more. */
    private static final class Outlet<R> implements StreamCall.Outlet<R> {
        private final ServerCall<?, R> call;
        private boolean begun;

        Outlet(ServerCall<?, R> call) {
            this.call = call;
        }

        @Override
        public boolean isReady() {
            return call.isReady();
        }

        @Override
        public void send(R answer) {
            if (!begun) {
                begun = true;
                call.sendHeaders(new Metadata());
            }
            call.sendMessage(answer);
        }

        @Override
        public void close(Status status) {
            if (!begun && status.isOk()) {
                call.sendHeaders(new Metadata());
            }
            call.close(status, new Metadata());
        }
    }

    private final class Listener extends ServerCall.Listener<Q> {
        private final ServerCall<Q, R> call;
        private final StreamCall<R> stream;
        private final StreamListener<Q> listener;

        /** Requests that are done with while the client took no answers. Any thread adds, the event loop takes. */
        private final AtomicInteger owed = new AtomicInteger();

        private int requests;
        private boolean over;

        Listener(ServerCall<Q, R> call, StreamCall<R> stream, StreamListener<Q> listener) {
            this.call = call;
            this.stream = stream;
            this.listener = listener;
        }

        @Override
        public void onMessage(Q message) {
            requests++;
            if (rpc.takesOneRequest() && requests > 1) {
                stream.close(ErrorMapping.protocolViolation("more than one request in a call that takes one"));
            }
            if (stream.isOver()) {
                return;
            }
            try {
                CompletableFuture<?> taken = listener.onRequest(message);
                if (!rpc.takesOneRequest()) {
                    taken.whenComplete((done, failure) -> askForOneMore());
                }
            } catch (RuntimeException e) {
                stream.fail(e);
            }
        }

        private void askForOneMore() {
            owed.incrementAndGet();
            if (call.isReady()) {
                payOwed();
            }
        }

        private void payOwed() {
            int due = owed.getAndSet(0);
            if (due > 0) {
                call.request(due);
            }
        }

        @Override
        public void onHalfClose() {
            if (rpc.takesOneRequest() && requests == 0) {
                stream.close(ErrorMapping.protocolViolation("no request in a call that takes one"));
                return;
            }
            signal(listener::onHalfClose);
        }

        @Override
        public void onReady() {
            payOwed();
            signal(listener::onReady);
        }

        private void signal(Runnable what) {
            try {
                if (!stream.isOver()) {
                    what.run();
                }
            } catch (RuntimeException e) {
                stream.fail(e);
            }
        }

        @Override
        public void onCancel() {
            end();
        }

        @Override
        public void onComplete() {
            end();
        }

        private void end() {
            if (!over) {
                over = true;
                stream.gone();
                openStreams.end(stream);
                listener.onEnd();
            }
        }
    }
}
