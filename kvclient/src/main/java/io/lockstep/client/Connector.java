package io.lockstep.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Opens channels over the network, all on the client's own event loop. Any thread. */
final class Connector {
    /** Also the way to leave a host that swallows packets: short enough to reach the next endpoint within a deadline. */
    private static final int CONNECT_TIMEOUT_MILLIS = 1500;

    private final EventLoop eventLoop;
    private final Executor lookups;
    private final Duration keepAlive;
    private final @Nullable SslContext tls;

    /** @param lookups runs name look-ups, which block: never the event loop */
    Connector(EventLoop eventLoop, Executor lookups, KvClientBuilder settings) {
        this.eventLoop = eventLoop;
        this.lookups = lookups;
        this.keepAlive = settings.keepAlive();
        this.tls = settings.tls().map(Connector::sslContext).orElse(null);
    }

    ManagedChannel open(Endpoint endpoint) {
        NettyChannelBuilder builder = eventLoop
                .configure(NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port()))
                // Listeners only judge and hand on: see Call.
                .directExecutor()
                // Looks up names; grpc's own would be a thread that outlives the client.
                .offloadExecutor(lookups)
                .disableServiceConfigLookUp()
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                // A larger answer than a limit here would look like a failed write.
                .maxInboundMessageSize(Integer.MAX_VALUE);
        if (!keepAlive.isZero()) {
            builder.keepAliveTime(keepAlive.toNanos(), TimeUnit.NANOSECONDS)
                    .keepAliveTimeout(keepAlive.toNanos(), TimeUnit.NANOSECONDS);
        }
        SslContext context = tls;
        if (!endpoint.tls()) {
            builder.usePlaintext();
        } else if (context != null) {
            builder.sslContext(context);
        }
        return builder.build();
    }

    private static SslContext sslContext(ClientTls tls) {
        for (Path file : List.of(tls.ca(), tls.certificate(), tls.key()).stream()
                .flatMap(Optional::stream)
                .toList()) {
            if (!Files.isReadable(file)) {
                throw new IllegalArgumentException("cannot read " + file + ": give a PEM file that exists");
            }
        }
        try {
            SslContextBuilder builder = GrpcSslContexts.forClient();
            tls.ca().ifPresent(file -> builder.trustManager(file.toFile()));
            if (tls.certificate().isPresent() && tls.key().isPresent()) {
                builder.keyManager(
                        tls.certificate().get().toFile(), tls.key().get().toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException bad) {
            throw new IllegalArgumentException(
                    "cannot use the TLS files " + tls + ": " + rootMessage(bad)
                            + " (PEM is needed, and for the key PKCS#8: openssl pkcs8 -topk8 -nocrypt)",
                    bad);
        }
    }

    private static @Nullable String rootMessage(Throwable error) {
        Throwable cause = error.getCause();
        return cause == null ? error.getMessage() : cause.getMessage();
    }
}
