package io.lockstep.node.rpc.http;

import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.rpc.Admission;
import io.lockstep.node.rpc.OpenStreams;
import io.lockstep.node.rpc.RpcCall;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.RpcMetrics;
import io.lockstep.node.rpc.StreamCall;
import io.lockstep.node.rpc.StreamListener;
import io.lockstep.node.rpc.StreamRpc;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/** One streaming method as JSON: objects one behind the other in the body, a line for each answer. */
final class StreamGateway<Q extends Message, R extends Message> {
    private final StreamRpc<Q, R> rpc;
    private final Message requestPrototype;
    private final Admission admission;
    private final RpcMetrics.ForMethod metrics;
    private final OpenStreams openStreams;
    private final RpcLimits limits;

    StreamGateway(
            StreamRpc<Q, R> rpc,
            MethodDescriptor<?, ?> generated,
            Admission admission,
            RpcMetrics metrics,
            OpenStreams openStreams,
            RpcLimits limits) {
        this.rpc = rpc;
        this.requestPrototype = GatewayJson.prototype(generated.getRequestMarshaller());
        this.admission = admission;
        this.metrics = metrics.of(rpc.method());
        this.openStreams = openStreams;
        this.limits = limits;
    }

    /** A stream that has been opened: the client's signals go to the listener. */
    record Open<Q>(StreamCall<?> call, StreamListener<Q> listener) {}

    /**
     * @param outlet takes the answers, and the refusal if it comes to that
     * @return null: refused
     */
    @Nullable
    Open<Q> open(StreamCall.Outlet<R> outlet, HttpHeaders headers) {
        metrics.begun();
        RpcCall opened = RpcCall.beginStream();
        boolean needsLeader;
        try {
            Metadata metadata = GatewayJson.metadata(headers);
            admission.open(rpc.method().getFullMethodName(), metadata, opened);
            needsLeader = admission.needsLeader(metadata);
        } catch (RuntimeException e) {
            refuse(outlet, e);
            return null;
        }
        StreamCall<R> call = new StreamCall<>(
                outlet,
                rpc,
                metrics,
                opened,
                needsLeader,
                limits.requestTimeout().toNanos());
        if (!openStreams.begin(call)) {
            refuse(outlet, new KvException.Failed(KvError.TOO_MANY_REQUESTS));
            return null;
        }
        try {
            return new Open<>(call, rpc.handler().open(call));
        } catch (RuntimeException e) {
            openStreams.end(call);
            call.fail(e);
            return null;
        }
    }

    private void refuse(StreamCall.Outlet<R> outlet, RuntimeException failure) {
        Status status = GatewayJson.status(failure, rpc.method().getFullMethodName());
        metrics.ended(status);
        outlet.close(status);
    }

    void end(StreamCall<?> call) {
        openStreams.end(call);
    }

    Q parse(String json) {
        return GatewayJson.parse(json, requestPrototype, limits.maxMessageBytes());
    }

    int maxOpenRequests() {
        return rpc.takesOneRequest() ? 1 : rpc.maxOpenRequests();
    }

    boolean takesOneRequest() {
        return rpc.takesOneRequest();
    }
}
