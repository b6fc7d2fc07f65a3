package io.lockstep.node.rpc.port;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.node.rpc.FakeNode;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.ServiceTable;
import io.lockstep.node.rpc.http.HttpLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A client port on a free port of the loopback, and clients of every kind for it. */
public final class TestPort implements AutoCloseable {
    public static final RpcLimits LIMITS = RpcLimits.defaults();

    public final FakeNode node;
    public final ClientPort port;
    private final ManagedChannel channel;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    public TestPort() throws IOException {
        this(LIMITS, HttpLimits.of(LIMITS));
    }

    public TestPort(RpcLimits limits, HttpLimits httpLimits) throws IOException {
        this(new FakeNode(), limits, httpLimits, Optional.empty());
    }

    public TestPort(FakeNode node, RpcLimits limits, HttpLimits httpLimits, Optional<ClientTls> tls)
            throws IOException {
        this(node, limits, httpLimits, tls, UnaryOperator.identity());
    }

    /** With these methods in place of the node's. */
    public TestPort(RpcLimits limits, ServiceTable table) throws IOException {
        this(new FakeNode(), limits, HttpLimits.of(limits), Optional.empty(), own -> table);
    }

    private TestPort(
            FakeNode node,
            RpcLimits limits,
            HttpLimits httpLimits,
            Optional<ClientTls> tls,
            UnaryOperator<ServiceTable> exchanged)
            throws IOException {
        this.node = node;
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        port = ClientPort.start(
                new ClientPortConfig(
                        List.of(new ClientPortConfig.Address(any, tls.isPresent())), tls, 2, limits, httpLimits),
                node.services(),
                exchanged);
        channel = NettyChannelBuilder.forAddress(address()).usePlaintext().build();
    }

    public InetSocketAddress address() {
        return port.addresses().get(0);
    }

    public ManagedChannel channel() {
        return channel;
    }

    public CallOptions options() {
        return CallOptions.DEFAULT.withDeadlineAfter(Duration.ofSeconds(10));
    }

    public Socket connect() throws IOException {
        Socket socket = new Socket(address().getAddress(), address().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    public HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send("POST", path, body);
    }

    public HttpResponse<String> send(String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + address().getPort() + path))
                .timeout(Duration.ofSeconds(10))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        channel.shutdownNow();
        port.close();
    }
}
