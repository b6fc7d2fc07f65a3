package io.lockstep.node.rpc.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.rpc.Admission;
import io.lockstep.node.rpc.ErrorMapping;
import io.lockstep.node.rpc.OpenCalls;
import io.lockstep.node.rpc.RpcCall;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.RpcMetrics;
import io.lockstep.node.rpc.UnaryRpc;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;

/**
 * One method as JSON: {@code POST} with the request as an object, bytes in base64, 64-bit numbers as strings. The call
 * goes through the same checks and the same service as one of gRPC. Parsing and printing happen in the read pool, so
 * that a large body holds up no event loop.
 */
final class Gateway<Q extends Message, R> {
    private static final String METADATA_PREFIX = "grpc-metadata-";
    private static final String DIAL_PREFIX = "lockstep-";
    private static final Pattern EXCEPTION_NAME =
            Pattern.compile("^(?:[a-zA-Z_$][\\w$]*\\.)+\\w*(?:Exception|Error): ");
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

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
        this.requestPrototype = prototype(generated.getRequestMarshaller());
        this.responsePrototype = prototype(generated.getResponseMarshaller());
        this.admission = admission;
        this.metrics = metrics.of(rpc.method());
        this.openCalls = openCalls;
        this.limits = limits;
        this.pool = pool;
    }

    private static Message prototype(MethodDescriptor.Marshaller<?> marshaller) {
        if (marshaller instanceof PrototypeMarshaller<?> typed
                && typed.getMessagePrototype() instanceof Message message) {
            return message;
        }
        throw new IllegalArgumentException("not a generated marshaller: " + marshaller);
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
                    admission.check(request, metadata(http.headers()), call);
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
        Message.Builder request = requestPrototype.newBuilderForType();
        if (!body.isEmpty()) {
            try {
                PARSER.merge(body.toStringUtf8(), request);
            } catch (InvalidProtocolBufferException e) {
                throw new Unreadable(ErrorMapping.unreadable("the body is not a "
                        + requestPrototype.getDescriptorForType().getName() + " in JSON: " + reason(e)));
            }
        }
        Message built = request.build();
        if (built.getSerializedSize() > limits.maxMessageBytes()) {
            throw new Unreadable(ErrorMapping.messageTooLarge(built.getSerializedSize(), limits.maxMessageBytes()));
        }
        @SuppressWarnings("unchecked") // The prototype is that of the method's own request.
        Q typed = (Q) built;
        return typed;
    }

    /** The parser's own first line, without the names of exceptions in it. */
    private static String reason(InvalidProtocolBufferException e) {
        String text = String.valueOf(e.getMessage()).lines().findFirst().orElse("it can't be read");
        return EXCEPTION_NAME.matcher(text).replaceFirst("");
    }

    /** Headers that are meant for gRPC: etcd's gateway passes those with its prefix on; our dial's need none. */
    private static Metadata metadata(HttpHeaders headers) {
        Metadata metadata = new Metadata();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(METADATA_PREFIX) && !name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                put(metadata, name.substring(METADATA_PREFIX.length()), header.getValue());
            } else if (name.startsWith(DIAL_PREFIX)) {
                put(metadata, name, header.getValue());
            }
        }
        return metadata;
    }

    private static void put(Metadata metadata, String name, String value) {
        try {
            metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        } catch (IllegalArgumentException e) {
            throw new Unreadable(
                    ErrorMapping.unreadable("header " + METADATA_PREFIX + name + " is not valid metadata"));
        }
    }

    private HttpAnswer success(R response, RpcCall call) {
        String json;
        try {
            json = PRINTER.print(response instanceof Message message ? message : reparse(response));
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
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        Status status = cause instanceof Unreadable unreadable
                ? unreadable.status
                : ErrorMapping.toStatus(cause, rpc.method().getFullMethodName());
        metrics.ended(status);
        return GatewayErrors.answer(status);
    }

    /** A body or header that never became a request. */
    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Status status;

        Unreadable(Status status) {
            super(status.getDescription(), null, false, false);
            this.status = status;
        }
    }
}
