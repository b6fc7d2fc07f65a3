package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One server, called by any unary method and as any user: the tokens that it gave to each. */
final class AuthCalls implements AutoCloseable {
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final long DEADLINE_SECONDS = 20;

    private final ManagedChannel channel;
    private final Map<String, String> tokens = new HashMap<>();

    /** @param endpoint host and port */
    AuthCalls(String endpoint) {
        channel = NettyChannelBuilder.forTarget("dns:///" + endpoint)
                .usePlaintext()
                .directExecutor()
                .build();
    }

    /** The user's calls carry this from now on. */
    void keepToken(String user, String token) {
        tokens.put(user, token);
    }

    /** @param user empty: nobody; one who never logged in shows a token that the server did not give */
    <Q extends Message, R extends Message> Answer call(String user, MethodDescriptor<Q, R> method, Q request) {
        try {
            return new Answer.Given(ClientCalls.blockingUnaryCall(
                    as(user.isEmpty() ? null : tokens.getOrDefault(user, "never.1")),
                    method,
                    CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS),
                    request));
        } catch (StatusRuntimeException e) {
            Status status = e.getStatus();
            String text = status.getDescription();
            return new Answer.Refused(status.getCode(), text == null ? "" : text);
        }
    }

    private Channel as(@Nullable String token) {
        if (token == null) {
            return channel;
        }
        Metadata metadata = new Metadata();
        metadata.put(TOKEN, token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
