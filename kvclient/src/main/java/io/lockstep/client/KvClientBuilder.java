package io.lockstep.client;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Settings of a client; each has a default but the endpoints. Nothing is connected before the first call. */
public final class KvClientBuilder {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration DEFAULT_KEEP_ALIVE = Duration.ofSeconds(10);
    /** etcd's servers drop a connection that pings faster. */
    private static final Duration MIN_KEEP_ALIVE = Duration.ofSeconds(5);

    private List<Endpoint> endpoints = List.of();
    private Duration timeout = DEFAULT_TIMEOUT;
    private Duration keepAlive = DEFAULT_KEEP_ALIVE;
    private RetryPolicy retries = RetryPolicy.DEFAULT;
    private boolean nativeTransport = true;
    private int ioThreads = 1;
    private @Nullable ClientTls tls;
    private @Nullable Executor callbackExecutor;

    KvClientBuilder() {}

    /**
     * Where the members' client ports are: {@code host:port}, {@code http://...} or {@code https://...}. The first is used
     * until it fails.
     */
    public KvClientBuilder endpoints(String... endpoints) {
        return endpoints(Arrays.stream(endpoints).map(Endpoint::parse).toList());
    }

    public KvClientBuilder endpoints(List<Endpoint> endpoints) {
        this.endpoints = List.copyOf(new LinkedHashSet<>(endpoints));
        return this;
    }

    /** How long a call takes at most, all its attempts together. */
    public KvClientBuilder timeout(Duration timeout) {
        this.timeout = checkTimeout(timeout);
        return this;
    }

    /** How often a connection with calls under way is tested, and how long the test may take; zero: never. */
    public KvClientBuilder keepAlive(Duration keepAlive) {
        if (!keepAlive.isZero() && keepAlive.compareTo(MIN_KEEP_ALIVE) < 0) {
            throw new IllegalArgumentException(
                    "keepAlive is " + keepAlive + "; servers allow " + MIN_KEEP_ALIVE + " or more, or zero for never");
        }
        this.keepAlive = keepAlive;
        return this;
    }

    public KvClientBuilder retries(RetryPolicy retries) {
        this.retries = retries;
        return this;
    }

    /** For endpoints with {@code https}; without it the JVM's trust store is used for them. */
    public KvClientBuilder tls(ClientTls tls) {
        this.tls = tls;
        return this;
    }

    /** False: NIO even where epoll is there, which starts faster. */
    public KvClientBuilder nativeTransport(boolean nativeTransport) {
        this.nativeTransport = nativeTransport;
        return this;
    }

    /** Threads of the event loop; one serves some hundred thousand calls a second. */
    public KvClientBuilder ioThreads(int ioThreads) {
        if (ioThreads < 1) {
            throw new IllegalArgumentException("ioThreads is " + ioThreads + "; it must be at least 1");
        }
        this.ioThreads = ioThreads;
        return this;
    }

    /** Completes the futures; {@code Runnable::run} does so on the event loop, where nothing may block. */
    public KvClientBuilder callbackExecutor(Executor executor) {
        this.callbackExecutor = executor;
        return this;
    }

    /**
     * @throws IllegalArgumentException with one line if there is no endpoint or a TLS file cannot be used
     */
    public KvClient build() {
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("a client needs at least one endpoint, such as localhost:2379");
        }
        Callbacks callbacks = new Callbacks(this);
        EventLoop eventLoop = EventLoop.start(ioThreads, nativeTransport);
        try {
            Channels channels = new Channels(eventLoop, callbacks.blocking(), this);
            return new KvClient(new KvClient.Transport(channels, retries, callbacks), endpoints, timeout);
        } catch (IllegalArgumentException badTls) {
            eventLoop.close();
            callbacks.close();
            throw badTls;
        }
    }

    static Duration checkTimeout(Duration timeout) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("the time-out is " + timeout + "; it must be above 0");
        }
        return timeout;
    }

    List<Endpoint> endpoints() {
        return endpoints;
    }

    Duration keepAlive() {
        return keepAlive;
    }

    Optional<ClientTls> tls() {
        return Optional.ofNullable(tls);
    }

    Optional<Executor> callbackExecutor() {
        return Optional.ofNullable(callbackExecutor);
    }
}
