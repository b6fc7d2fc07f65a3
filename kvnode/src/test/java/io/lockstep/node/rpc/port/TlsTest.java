package io.lockstep.node.rpc.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.node.rpc.FakeNode;
import io.lockstep.node.rpc.http.HttpLimits;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {
    @TempDir
    static Path directory;

    private static TestCertificate server;
    private static TestCertificate other;

    @BeforeAll
    static void certificates() throws Exception {
        server = TestCertificate.make(directory, "server");
        other = TestCertificate.make(directory, "other");
    }

    @Test
    void grpcWithAlpn_isServed() throws Exception {
        try (TestPort port = start(server.forServer(Optional.empty()))) {
            SslContext trusting = GrpcSslContexts.forClient()
                    .trustManager(server.certificate().toFile())
                    .build();

            assertThat(put(port, trusting)).isEqualTo(2);
        }
    }

    @Test
    void http1AndHttp2WithoutAlpn_areToldApartAfterTheHandshake() throws Exception {
        try (TestPort port = start(server.forServer(Optional.empty()))) {
            try (SSLSocket http1 = connectWithoutAlpn(port)) {
                SniffingTest.write(http1, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(SniffingTest.read(http1, 15)).isEqualTo("HTTP/1.1 200 OK");
            }
            try (SSLSocket http2 = connectWithoutAlpn(port)) {
                SniffingTest.write(http2, SniffingTest.PREFACE + SniffingTest.EMPTY_SETTINGS);
                assertThat(SniffingTest.firstFrameType(http2)).isEqualTo(4);
            }
        }
    }

    @Test
    void plaintext_onATlsPort_isNotServed() throws Exception {
        try (TestPort port = start(server.forServer(Optional.empty()));
                Socket plain = port.connect()) {
            SniffingTest.write(plain, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(SniffingTest.readAll(plain)).doesNotContain("HTTP/1.1");
        }
    }

    @Test
    void clientCertificate_demanded_onlyTrustedOnesAreServed() throws Exception {
        try (TestPort port = start(server.forServer(Optional.of(other.certificate())))) {
            SslContextBuilder client = GrpcSslContexts.forClient()
                    .trustManager(server.certificate().toFile());
            assertThatThrownBy(() -> put(port, client.build())).isInstanceOf(StatusRuntimeException.class);

            client.keyManager(other.certificate().toFile(), other.key().toFile());
            assertThat(put(port, client.build())).isEqualTo(2);
        }
    }

    @Test
    void certificate_replacedOnDisk_isServedWithoutARestart() throws Exception {
        Path certificate = Files.copy(server.certificate(), directory.resolve("live.crt"));
        Path key = Files.copy(server.key(), directory.resolve("live.key"));
        try (TestPort port = start(new ClientTls(certificate, key, Optional.empty()))) {
            assertThat(servedName(port)).isEqualTo("CN=server");

            replace(key, "no key at all");
            replace(certificate, Files.readString(other.certificate()));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .during(Duration.ofMillis(1500))
                    .untilAsserted(() -> assertThat(servedName(port)).isEqualTo("CN=server"));

            replace(key, Files.readString(other.key()));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(servedName(port)).isEqualTo("CN=other"));
        }
    }

    @Test
    void keyOfAnotherCertificate_refusesToStart() {
        ClientTls mixed = new ClientTls(server.certificate(), directory.resolve("nowhere.key"), Optional.empty());

        assertThatThrownBy(() -> start(mixed).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere.key can't be used");
    }

    private static void replace(Path file, String content) throws IOException {
        Path next = directory.resolve("next");
        Files.writeString(next, content);
        // Two changes within the clock's grain would look like one.
        Files.setLastModifiedTime(next, FileTime.from(Instant.now().plusNanos(System.nanoTime() % 1_000_000_000)));
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static TestPort start(ClientTls tls) throws IOException {
        return new TestPort(new FakeNode(), TestPort.LIMITS, HttpLimits.of(TestPort.LIMITS), Optional.of(tls));
    }

    private static long put(TestPort port, SslContext context) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(port.address())
                .sslContext(context)
                .build();
        try {
            return KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .put(PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("k"))
                            .build())
                    .getHeader()
                    .getRevision();
        } finally {
            channel.shutdownNow();
        }
    }

    private static SSLSocket connectWithoutAlpn(TestPort port) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAll()}, null);
        SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(port.address().getAddress(), port.address().getPort());
        socket.setSoTimeout(10_000);
        socket.startHandshake();
        return socket;
    }

    private static String servedName(TestPort port) throws Exception {
        try (SSLSocket socket = connectWithoutAlpn(port)) {
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    /** The test looks at what is served, whoever signed it. */
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
