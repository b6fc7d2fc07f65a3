package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.AuthEnableRequest;
import io.lockstep.api.AuthGrpc;
import io.lockstep.api.AuthUserAddRequest;
import io.lockstep.api.AuthUserGrantRoleRequest;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.auth.UserAddOptions;
import io.lockstep.node.config.AuthSettings;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.config.TlsFiles;
import io.lockstep.node.tls.TestCa;
import io.lockstep.node.tls.TestClient;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose clients show certificates. */
class TlsNodeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private TestCa ca;
    private KvNode node;
    private ManagedChannel root;

    @BeforeEach
    void start() throws Exception {
        ca = new TestCa("first");
        Path tls = Files.createDirectory(directory.resolve("tls"));
        ca.writeTo(tls.resolve("ca.crt"));
        ca.issue("server").writeTo(tls.resolve("server.crt"), tls.resolve("server.key"));
        AuthSettings defaults = AuthSettings.DEFAULT;
        node = KvNode.start(NodeConfig.embedded(directory.resolve("data"))
                .clientUrls("https://127.0.0.1:0")
                .clientTls(new TlsFiles(
                        tls.resolve("server.crt"), tls.resolve("server.key"), Optional.of(tls.resolve("ca.crt"))))
                .auth(new AuthSettings(defaults.tokens(), defaults.tokenIdle(), 4, true))
                .build());
        root = client("root").channel(address());
    }

    @AfterEach
    void close() {
        root.shutdownNow();
        node.close();
    }

    private InetSocketAddress address() {
        return node.clientAddresses().get(0);
    }

    private TestClient client(String name) throws Exception {
        return new TestClient(ca, ca.issue(name));
    }

    private static void put(Channel channel, String key) {
        var unused = KVGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .build());
    }

    private void withAuth() {
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(root).withDeadlineAfter(20, TimeUnit.SECONDS);
        for (String user : List.of("root", "ann")) {
            var unused = auth.userAdd(AuthUserAddRequest.newBuilder()
                    .setName(user)
                    .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
                    .build());
        }
        var granted = auth.userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser("root")
                .setRole("root")
                .build());
        var enabled = auth.authEnable(AuthEnableRequest.getDefaultInstance());
    }

    @Test
    void watch_whileCertificatesAndTheCaAreReplaced_livesOnBesideWhomTheNewCaCovers() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(root).watch(new StreamObserver<WatchResponse>() {
            @Override
            public void onNext(WatchResponse response) {
                if (response.getCreated()) {
                    seen.add("created");
                }
                response.getEventsList()
                        .forEach(event -> seen.add(event.getKv().getKey().toStringUtf8()));
            }

            @Override
            public void onError(Throwable failure) {
                seen.add("ended: " + failure);
            }

            @Override
            public void onCompleted() {
                seen.add("ended");
            }
        });
        requests.onNext(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("a")))
                .build());
        await().atMost(PATIENCE).until(() -> seen.contains("created"));

        Path tls = directory.resolve("tls");
        TestCa next = new TestCa("next");
        next.writeTo(tls.resolve("ca.crt"));
        next.issue("server").writeTo(tls.resolve("server.crt"), tls.resolve("server.key"));
        TestClient covered = new TestClient(next, next.issue("root"));
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(covered.get(address(), "TLSv1.3", "/health")).contains("\"health\":\"true\""));

        assertThat(client("root").get(address(), "TLSv1.3", "/health")).doesNotContain("HTTP/1.1");
        ManagedChannel fresh = covered.channel(address());
        try {
            put(fresh, "a");
        } finally {
            fresh.shutdownNow();
        }
        await().atMost(PATIENCE).until(() -> seen.equals(List.of("created", "a")));
        put(root, "a"); // over the connection of before
        await().atMost(PATIENCE).until(() -> seen.equals(List.of("created", "a", "a")));
    }

    @Test
    void commonName_ofTheCertificate_isTheUser() throws Exception {
        withAuth();
        put(root, "k");
        ManagedChannel ann = client("ann").channel(address());
        ManagedChannel stranger = client("stranger").channel(address());
        try {
            assertThatThrownBy(() -> put(ann, "k"))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessage("PERMISSION_DENIED: etcdserver: permission denied");
            assertThatThrownBy(() -> put(stranger, "k")).hasMessageContaining("permission denied");
            assertThat(HealthGrpc.newBlockingStub(stranger)
                            .withDeadlineAfter(10, TimeUnit.SECONDS)
                            .check(HealthCheckRequest.getDefaultInstance())
                            .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        } finally {
            ann.shutdownNow();
            stranger.shutdownNow();
        }
    }

    /**
     * CVE-2018-16886: in etcd the gateway's own certificate made everybody who came through it its user. A certificate counts
     * for nobody here, and a token for whom it is.
     */
    @Test
    void commonName_ofWhoComesThroughTheGateway_isNobody() throws Exception {
        withAuth();
        HttpClient http = HttpClient.newBuilder()
                .sslContext(client("root").context())
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(
                                URI.create("https://localhost:" + address().getPort() + "/v3/kv/range"))
                        .timeout(PATIENCE)
                        .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"aw==\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("user name is empty");
        assertThat(KVGrpc.newBlockingStub(root)
                        .withDeadlineAfter(10, TimeUnit.SECONDS)
                        .range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("k"))
                                .build())
                        .getCount())
                .isZero();
    }
}
