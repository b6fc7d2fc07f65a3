package io.lockstep.node.rpc.port;

import io.grpc.Channel;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.NettyServerBuilder;
import io.lockstep.node.rpc.Admission;
import io.lockstep.node.rpc.HealthService;
import io.lockstep.node.rpc.NodeMetrics;
import io.lockstep.node.rpc.NodeServices;
import io.lockstep.node.rpc.OpenCalls;
import io.lockstep.node.rpc.OpenStreams;
import io.lockstep.node.rpc.ReadPool;
import io.lockstep.node.rpc.RpcMetrics;
import io.lockstep.node.rpc.ServiceTable;
import io.lockstep.node.rpc.http.HttpSide;
import io.lockstep.node.tls.PortTls;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port that clients speak to. Started once the node can answer; closed before what it answers from. */
public final class ClientPort implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClientPort.class);

    /** etcd's clients ping this often, and gRPC would cut them off for it. */
    private static final long PERMITTED_PING_SECONDS = 5;

    private static final int MAX_METADATA_BYTES = 64 * 1024;
    private static final long STREAM_TICK_MILLIS = 100;
    private static final long CLOSE_PATIENCE_MILLIS = 2_000;

    private final ClientPortConfig config;
    private final ReadPool readPool;
    private final HttpSide http;
    private final HealthService health;
    private final EventLoops eventLoops;
    private final GrpcServices services;
    private final List<Server> servers = new ArrayList<>();
    private final InProcessPort inProcess;
    private final OpenStreams openStreams;

    private ClientPort(ClientPortConfig config, NodeServices node, UnaryOperator<ServiceTable> exchanged) {
        this.config = config;
        long limitNanos = config.limits().requestTimeout().toNanos();
        readPool = new ReadPool(config.limits());
        OpenCalls openCalls = new OpenCalls(config.limits());
        health = new HealthService(node.status(), node.memberId());
        ServiceTable table = exchanged.apply(new ServiceTable(node, config.limits(), openCalls, readPool, health));
        Admission admission = new Admission(node.status(), node.clusterId());
        RpcMetrics metrics = new RpcMetrics(node.metrics());
        NodeMetrics.register(node, openCalls);
        openStreams = new OpenStreams(node.status(), node.memberId(), config.limits());
        services = new GrpcServices(table, admission, metrics, openCalls, openStreams, limitNanos);
        http = new HttpSide(
                node, table, admission, metrics, openCalls, openStreams, config.limits(), config.http(), readPool);
        eventLoops = new EventLoops(config.eventLoops());
        inProcess = new InProcessPort(services.definitions(), eventLoops.workers());
    }

    /**
     * Binds every address.
     *
     * @throws IOException with one line that names the address that can't be bound and why
     */
    public static ClientPort start(ClientPortConfig config, NodeServices node) throws IOException {
        return start(config, node, UnaryOperator.identity());
    }

    /** @param exchanged for tests of what carries services: others in their place */
    static ClientPort start(ClientPortConfig config, NodeServices node, UnaryOperator<ServiceTable> exchanged)
            throws IOException {
        Negotiation.requireKnownGrpc();
        ClientPort port = new ClientPort(config, node, exchanged);
        try {
            port.bind();
        } catch (IOException | RuntimeException e) {
            port.close();
            throw e;
        }
        return port;
    }

    private void bind() throws IOException {
        eventLoops.every(STREAM_TICK_MILLIS, this::onTick);
        inProcess.start();
        List<SocketAddress> plain = sockets(false);
        if (!plain.isEmpty()) {
            bind(plain, Negotiation.credentials(false, this::sniffer));
        }
        List<SocketAddress> secured = sockets(true);
        if (!secured.isEmpty()) {
            // HTTP/1 first: who offers both is no gRPC client but curl, Prometheus or a probe, and HTTP/2 is gRPC's
            // alone.
            PortTls tls = new PortTls(
                    "client port",
                    config.tls().orElseThrow().files(),
                    ApplicationProtocolNames.HTTP_1_1,
                    ApplicationProtocolNames.HTTP_2);
            long timeoutMillis = config.http().firstBytesTimeout().toMillis();
            Function<GrpcHttp2ConnectionHandler, ChannelHandler> first =
                    grpc -> new TlsThenSniff(tls.server(), sniffer(grpc), timeoutMillis);
            bind(secured, Negotiation.credentials(true, first));
        }
    }

    private void onTick() {
        openStreams.onTick(System.nanoTime());
        health.onTick();
    }

    private List<SocketAddress> sockets(boolean tls) {
        return config.listen().stream()
                .filter(address -> address.tls() == tls)
                .map(ClientPortConfig.Address::socket)
                .collect(Collectors.toList());
    }

    private ProtocolSniffer sniffer(GrpcHttp2ConnectionHandler grpc) {
        return new ProtocolSniffer(
                grpc, http::takeOver, config.http().firstBytesTimeout().toMillis());
    }

    private void bind(List<SocketAddress> addresses, ServerCredentials credentials) throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(addresses.get(0), credentials);
        addresses.stream().skip(1).forEach(builder::addListenAddress);
        services.definitions().forEach(builder::addService);
        Server server = eventLoops
                .use(builder)
                .directExecutor()
                .maxConcurrentCallsPerConnection(config.limits().maxCallsPerConnection())
                .maxInboundMessageSize(config.limits().maxMessageBytes())
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                // Large enough for the largest message, so that no request waits for a window update.
                .flowControlWindow(Math.max(1 << 20, config.limits().maxMessageBytes()))
                .permitKeepAliveTime(PERMITTED_PING_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(2, TimeUnit.HOURS)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                .build();
        try {
            servers.add(server.start());
        } catch (IOException e) {
            String why = e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
            throw new IOException("can't listen for clients on " + addresses + ": " + why, e);
        }
    }

    /** The addresses in use, with the ports that were found for port 0: plain ones first. */
    public List<InetSocketAddress> addresses() {
        return servers.stream()
                .flatMap(server -> server.getListenSockets().stream())
                .map(InetSocketAddress.class::cast)
                .toList();
    }

    /** The same services without TCP, for callers in this process; closed with the port. */
    public Channel channel() {
        return inProcess.channel();
    }

    /** What a stopped process looks like to clients, until the latch is down; a close must not wait for it. */
    public void hold(CountDownLatch until) {
        eventLoops.hold(until);
    }

    /** Ends every connection at once, without an answer to what is under way. */
    public void abandon() {
        inProcess.abandon();
        servers.forEach(Server::shutdownNow);
        http.close();
    }

    /** Takes no more calls, ends streams, gives calls under way a little time, and ends what is left. Blocks. */
    @Override
    public void close() {
        health.close();
        openStreams.close();
        inProcess.shutdown();
        servers.forEach(Server::shutdown);
        http.close();
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_PATIENCE_MILLIS);
        try {
            inProcess.awaitTermination(deadlineNanos);
            for (Server server : servers) {
                server.awaitTermination(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        inProcess.abandon();
        servers.forEach(Server::shutdownNow);
        readPool.shutdownNow();
        eventLoops.close();
        awaitReads();
    }

    /** What is being read must be left alone before the caller closes it. */
    private void awaitReads() {
        try {
            if (!readPool.awaitTermination(CLOSE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("client port: a read is still running {} ms after the port was closed", CLOSE_PATIENCE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
