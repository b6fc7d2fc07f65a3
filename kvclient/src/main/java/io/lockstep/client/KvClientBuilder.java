package io.lockstep.client;

import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
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
    private CallLimits limits = CallLimits.DEFAULT;
    private List<Channel> channels = List.of();
    private List<ClientInterceptor> interceptors = List.of();
    private @Nullable CallListener listener;
    private @Nullable ClientTls tls;
    private @Nullable LogIn logIn;
    private @Nullable Executor callbackExecutor;

    KvClientBuilder() {}

    /**
     * Where the members' client ports are: {@code host:port}, {@code http://...} or {@code https://...}. Writes and
     * linearizable reads use the first until it fails, then the next; reads that a member may answer by itself (stale, with a
     * bound, of a revision or a session) go to the nearest, which the client finds out.
     */
    public KvClientBuilder endpoints(String... endpoints) {
        return endpoints(Arrays.stream(endpoints).map(Endpoint::parse).toList());
    }

    /** The same; one that is named twice counts once. */
    public KvClientBuilder endpoints(List<Endpoint> endpoints) {
        this.endpoints = List.copyOf(new LinkedHashSet<>(endpoints));
        return this;
    }

    /**
     * Channels of the caller's own instead of endpoints, one per member, such as in-process ones. Closing the client ends its
     * calls but not the channels. They must hand on the call options they get, stream tracers included, as all of grpc's do:
     * by these the client knows whether a failed write was ever sent.
     */
    public KvClientBuilder channels(List<? extends Channel> channels) {
        this.channels = List.copyOf(channels);
        return this;
    }

    /**
     * Around every call on every channel, the last outermost; for metrics, traces, credentials. They must hand on the call
     * options they get.
     */
    public KvClientBuilder interceptors(ClientInterceptor... interceptors) {
        this.interceptors = List.of(interceptors);
        return this;
    }

    /** Is told of each call that has ended; for metrics without grpc. */
    public KvClientBuilder listener(CallListener listener) {
        this.listener = listener;
        return this;
    }

    /** How much may be under way at once. Default: {@link CallLimits#DEFAULT}. */
    public KvClientBuilder limits(CallLimits limits) {
        this.limits = limits;
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

    /** How often and how fast a call is tried again. Default: {@link RetryPolicy#DEFAULT}. */
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
        if (endpoints.isEmpty() == channels.isEmpty()) {
            throw new IllegalArgumentException(
                    channels.isEmpty()
                            ? "a client needs at least one endpoint, such as localhost:2379"
                            : "a client has either endpoints or channels of its own: both are given");
        }
        Callbacks callbacks = new Callbacks(this);
        EventLoop eventLoop = EventLoop.start(ioThreads, nativeTransport);
        try {
            Connector connector = new Connector(eventLoop, callbacks.blocking(), this);
            List<Slot> slots = slots(connector);
            Channels all = new Channels(slots, connector, eventLoop, limits, logIn);
            return new KvClient(
                    new KvClient.Transport(new Call.Setting(all, retries, listener, logIn), callbacks),
                    slots.stream().map(Slot::endpoint).toList(),
                    timeout);
        } catch (IllegalArgumentException badTls) {
            eventLoop.close();
            callbacks.close();
            throw badTls;
        }
    }

    /**
     * Whose calls these are. The client gets itself a token for the password, and another when that is not good any more;
     * where auth is off, nothing comes of it.
     */
    public KvClientBuilder credentials(String user, String password) {
        if (user.isEmpty()) {
            throw new IllegalArgumentException("the user's name is empty");
        }
        this.logIn = new LogIn(user, password);
        return this;
    }

    private List<Slot> slots(Connector connector) {
        List<ClientInterceptor> all = new ArrayList<>(interceptors);
        if (logIn != null) {
            all.add(logIn);
        }
        if (channels.isEmpty()) {
            return endpoints.stream()
                    .map(endpoint -> new Slot(endpoint, connector, all))
                    .toList();
        }
        return IntStream.range(0, channels.size())
                .mapToObj(at -> new Slot(new Endpoint("channel", at + 1, false), channels.get(at), all))
                .toList();
    }

    static Duration checkTimeout(Duration timeout) {
        if (timeout.isZero() || timeout.isNegative()) {
            throw new IllegalArgumentException("the time-out is " + timeout + "; it must be above 0");
        }
        return timeout;
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
