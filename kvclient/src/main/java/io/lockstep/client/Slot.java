package io.lockstep.client;

import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint with its channel, opened at the first use, and how far away it is. Locked between callers of any thread that
 * open it first, and the thread that closes the client.
 */
final class Slot {
    private static final long TERMINATION_SECONDS = 5;

    private final Endpoint endpoint;
    private final Nearness nearness = new Nearness();
    private final @Nullable Connector connector;
    private final List<ClientInterceptor> interceptors;
    private @Nullable Channel channel;
    private @Nullable ManagedChannel opened;
    private boolean closed;

    /** Over the network. */
    Slot(Endpoint endpoint, Connector connector, List<ClientInterceptor> interceptors) {
        this.endpoint = endpoint;
        this.connector = connector;
        this.interceptors = interceptors;
    }

    /** A channel of the user's, who also closes it. */
    Slot(Endpoint endpoint, Channel given, List<ClientInterceptor> interceptors) {
        this.endpoint = endpoint;
        this.connector = null;
        this.interceptors = interceptors;
        this.channel = ClientInterceptors.intercept(given, interceptors);
    }

    Endpoint endpoint() {
        return endpoint;
    }

    Nearness nearness() {
        return nearness;
    }

    synchronized Channel channel() {
        Channel usable = channel;
        if (usable == null) {
            ManagedChannel fresh = Objects.requireNonNull(connector).open(endpoint);
            if (closed) {
                fresh.shutdownNow();
            }
            opened = fresh;
            usable = ClientInterceptors.intercept(fresh, interceptors);
            channel = usable;
        }
        return usable;
    }

    synchronized void shutdown() {
        closed = true;
        if (opened != null) {
            opened.shutdownNow();
        }
    }

    void awaitTermination() {
        ManagedChannel ending;
        synchronized (this) {
            ending = opened;
        }
        if (ending == null) {
            return;
        }
        try {
            ending.awaitTermination(TERMINATION_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
