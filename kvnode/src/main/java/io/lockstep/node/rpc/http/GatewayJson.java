package io.lockstep.node.rpc.http;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.Status;
import io.lockstep.node.rpc.ErrorMapping;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;

/** Requests, answers and headers of the gateway in etcd's JSON: bytes in base64, 64-bit numbers as strings. */
final class GatewayJson {
    private static final String METADATA_PREFIX = "grpc-metadata-";
    private static final String DIAL_PREFIX = "lockstep-";
    private static final String TOKEN_HEADER = "authorization";
    private static final Pattern EXCEPTION_NAME =
            Pattern.compile("^(?:[a-zA-Z_$][\\w$]*\\.)+\\w*(?:Exception|Error): ");
    private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();
    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

    private GatewayJson() {}

    /** The type of message that a generated method takes or gives. */
    static Message prototype(MethodDescriptor.Marshaller<?> marshaller) {
        if (marshaller instanceof PrototypeMarshaller<?> typed
                && typed.getMessagePrototype() instanceof Message message) {
            return message;
        }
        throw new IllegalArgumentException("not a generated marshaller: " + marshaller);
    }

    /**
     * @param prototype of the method's own request
     * @throws Unreadable
     */
    static <Q extends Message> Q parse(String json, Message prototype, int maxBytes) {
        Message.Builder request = prototype.newBuilderForType();
        if (!json.isEmpty()) {
            try {
                PARSER.merge(json, request);
            } catch (InvalidProtocolBufferException e) {
                throw new Unreadable(ErrorMapping.unreadable(
                        "the body is not a " + prototype.getDescriptorForType().getName() + " in JSON: " + reason(e)));
            }
        }
        Message built = request.build();
        if (built.getSerializedSize() > maxBytes) {
            throw new Unreadable(ErrorMapping.messageTooLarge(built.getSerializedSize(), maxBytes));
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

    static String print(MessageOrBuilder answer) {
        try {
            return PRINTER.print(answer);
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Headers that are meant for gRPC: etcd's gateway passes those with its prefix on; our dial's need none. */
    static Metadata metadata(HttpHeaders headers) {
        Metadata metadata = new Metadata();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.startsWith(METADATA_PREFIX) && !name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                put(metadata, name.substring(METADATA_PREFIX.length()), header.getValue());
            } else if (name.startsWith(DIAL_PREFIX) || name.equals(TOKEN_HEADER)) {
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

    static Status status(Throwable failure, String method) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof Unreadable unreadable ? unreadable.status : ErrorMapping.toStatus(cause, method);
    }

    /** A body or header that never became a request. */
    static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Status status;

        Unreadable(Status status) {
            super(status.getDescription(), null, false, false);
            this.status = status;
        }
    }
}
