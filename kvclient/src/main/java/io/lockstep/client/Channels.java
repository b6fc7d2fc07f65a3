package io.lockstep.client;

import io.grpc.Channel;
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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One channel per endpoint, opened at the first use, and which endpoint is in use. All calls stay with one endpoint until
 * it fails; then all of them go to the next. Any thread.
 */
final class Channels {
    private static final long TERMINATION_SECONDS = 5;
    /** Also the way to leave a host that swallows packets: short enough to reach the next endpoint within a deadline. */
    private static final int CONNECT_TIMEOUT_MILLIS = 1500;

    private final List<Slot> slots;
    /** Channels to members that are asked by name. Any thread adds, the closing thread empties. */
    private final Map<Endpoint, Slot> others = new ConcurrentHashMap<>();

    /** Calls between two attempts. The event loop and the closing thread take them out. */
    private final Set<Call<?, ?>> waiting = ConcurrentHashMap.newKeySet();

    /** Set by the closing thread, read by all. */
    private volatile boolean closed;

    private final EventLoop eventLoop;
    private final Executor lookups;
    private final Duration keepAlive;
    private final @Nullable SslContext tls;

    /** Index of the endpoint in use. Written by attempts that failed, read by attempts that start. */
    private final AtomicInteger inUse = new AtomicInteger();

    /** @param lookups runs name look-ups, which block: never the event loop */
    Channels(EventLoop eventLoop, Executor lookups, KvClientBuilder settings) {
        this.slots = settings.endpoints().stream().map(Slot::new).toList();
        this.eventLoop = eventLoop;
        this.lookups = lookups;
        this.keepAlive = settings.keepAlive();
        this.tls = settings.tls().map(Channels::sslContext).orElse(null);
    }

    int size() {
        return slots.size();
    }

    Slot current() {
        return slots.get(inUse.get());
    }

    /** Of one member, which need not be among those the client was built with. */
    Slot of(Endpoint endpoint) {
        for (Slot slot : slots) {
            if (slot.endpoint().equals(endpoint)) {
                return slot;
            }
        }
        return others.computeIfAbsent(endpoint, Slot::new);
    }

    /** Leaves this endpoint for the next, unless another call has done so already. */
    void moveOn(Slot failed) {
        int index = slots.indexOf(failed);
        if (index < 0) {
            return;
        }
        inUse.compareAndSet(index, (index + 1) % slots.size());
    }

    /**
     * Lets the call go on after a wait, or fails it when the client is closed: a task that waits in an event loop that
     * ends is dropped in silence, and with it would be the call.
     */
    void goOnAfter(long delayNanos, Call<?, ?> call) {
        waiting.add(call);
        try {
            // The future would only tell that the task has run.
            var unused = eventLoop.group().schedule(() -> goOn(call), delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ended) {
            goOn(call);
        }
        if (closed) {
            goOn(call);
        }
    }

    /** Whoever takes the call out of the set deals with it: the timer, or the closing thread. */
    private void goOn(Call<?, ?> call) {
        if (!waiting.remove(call)) {
            return;
        }
        if (closed) {
            call.clientClosed();
        } else {
            call.attempt();
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends all calls, connections and threads; blocks until they are gone, at most some seconds. */
    void close() {
        closed = true;
        waiting.forEach(this::goOn);
        slots.forEach(Slot::shutdown);
        others.values().forEach(Slot::shutdown);
        slots.forEach(Slot::awaitTermination);
        others.values().forEach(Slot::awaitTermination);
        eventLoop.close();
    }

    private static SslContext sslContext(ClientTls tls) {
        for (Path file : List.of(tls.ca(), tls.certificate(), tls.key()).stream()
                .flatMap(java.util.Optional::stream)
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

    private ManagedChannel open(Endpoint endpoint) {
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

    /** An endpoint with its channel. */
    final class Slot {
        private final Endpoint endpoint;
        private @Nullable ManagedChannel channel;

        Slot(Endpoint endpoint) {
            this.endpoint = endpoint;
        }

        Endpoint endpoint() {
            return endpoint;
        }

        /** Locked between callers of any thread that open it first, and the thread that closes the client. */
        synchronized Channel channel() {
            ManagedChannel open = channel;
            if (open == null) {
                open = open(endpoint);
                if (closed) {
                    open.shutdownNow();
                }
                channel = open;
            }
            return open;
        }

        synchronized void shutdown() {
            if (channel != null) {
                channel.shutdownNow();
            }
        }

        void awaitTermination() {
            ManagedChannel open;
            synchronized (this) {
                open = channel;
            }
            if (open == null) {
                return;
            }
            try {
                open.awaitTermination(TERMINATION_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
