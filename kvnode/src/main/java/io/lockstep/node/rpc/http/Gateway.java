package io.lockstep.node.rpc.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.rpc.Admission;
import io.lockstep.node.rpc.OpenCalls;
import io.lockstep.node.rpc.RpcCall;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.RpcMetrics;
import io.lockstep.node.rpc.UnaryRpc;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * One method as JSON: {@code POST} with the request as an object, bytes in base64, 64-bit numbers as strings. The call
 * goes through the same checks and the same service as one of gRPC. Parsing and printing happen in the read pool, so
 * that a large body holds up no event loop.
 */
final class Gateway<Q extends Message, R> {
    private final UnaryRpc<Q, R> rpc;
    private final Message requestPrototype;
    private final Message responsePrototype;
    private final Admission admission;
    private final RpcMetrics.ForMethod metrics;
    private final OpenCalls openCalls;
    private final RpcLimits limits;
    private final Executor pool;

    /** @param generated the method as generated from the API, which knows the messages' types */
    Gateway(
            UnaryRpc<Q, R> rpc,
            MethodDescriptor<?, ?> generated,
            Admission admission,
            RpcMetrics metrics,
            OpenCalls openCalls,
            RpcLimits limits,
            Executor pool) {
        this.rpc = rpc;
        this.requestPrototype = GatewayJson.prototype(generated.getRequestMarshaller());
        this.responsePrototype = GatewayJson.prototype(generated.getResponseMarshaller());
        this.admission = admission;
        this.metrics = metrics.of(rpc.method());
        this.openCalls = openCalls;
        this.limits = limits;
        this.pool = pool;
    }

    CompletableFuture<HttpAnswer> answer(HttpRequestIn http, RpcCall call) {
        metrics.begun();
        if (!openCalls.begin()) {
            return CompletableFuture.completedFuture(failure(new KvException.Failed(KvError.TOO_MANY_REQUESTS)));
        }
        return served(http, call).whenComplete((answer, failure) -> openCalls.end());
    }

    private CompletableFuture<HttpAnswer> served(HttpRequestIn http, RpcCall call) {
        return parsed(http.body())
                .thenCompose(request -> {
                    admission.check(request, GatewayJson.metadata(http.headers()), call);
                    return rpc.handle(request, call);
                })
                .thenApplyAsync(response -> success(response, call), this::inPoolOrHere)
                .exceptionally(this::failure);
    }

    private CompletableFuture<Q> parsed(ByteString body) {
        try {
            return CompletableFuture.supplyAsync(() -> parse(body), pool);
        } catch (RejectedExecutionException full) {
            return CompletableFuture.failedFuture(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
        }
    }

    /** The call has been served, perhaps a write: a full pool must not turn that into an error (invariant I16). */
    private void inPoolOrHere(Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException full) {
            task.run();
        }
    }

    private Q parse(ByteString body) {
        return GatewayJson.parse(body.toStringUtf8(), requestPrototype, limits.maxMessageBytes());
    }

    private HttpAnswer success(R response, RpcCall call) {
        String json;
        try {
            json = GatewayJson.print(response instanceof Message message ? message : reparse(response));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        metrics.ended(Status.OK);
        Map<String, String> headers = new HashMap<>(call.aside());
        headers.put("content-type", "application/json");
        headers.put("grpc-metadata-content-type", "application/grpc");
        return new HttpAnswer(HttpResponseStatus.OK, headers, ByteString.copyFromUtf8(json));
    }

    /** Of an answer that exists only as bytes for the wire. */
    private Message reparse(R response) throws IOException {
        try (InputStream bytes = rpc.method().streamResponse(response)) {
            return responsePrototype.getParserForType().parseFrom(bytes);
        }
    }

    private HttpAnswer failure(Throwable failure) {
        Status status = GatewayJson.status(failure, rpc.method().getFullMethodName());
        metrics.ended(status);
        return GatewayErrors.answer(status);
    }
}
