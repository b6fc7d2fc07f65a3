package io.lockstep.node.rpc.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.node.rpc.FakeNode;
import io.lockstep.node.rpc.http.HttpLimits;
import io.lockstep.node.tls.LogLines;
import io.lockstep.node.tls.PortTls;
import io.lockstep.node.tls.TestCa;
import io.lockstep.node.tls.TestClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS of the client port, on real sockets. */
class TlsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String OK = "HTTP/1.1 200 OK";
    private static final int HANDSHAKE = 0x16;
    private static final int ALERT = 0x15;
    private static final int PROTOCOL_VERSION = 70;

    @TempDir
    Path directory;

    private Path certificate;
    private Path key;
    private Path trusted;
    private TestCa ca;
    private TestClient nobody;
    private TestClient ann;

    @BeforeEach
    void certificates() throws Exception {
        certificate = directory.resolve("server.crt");
        key = directory.resolve("server.key");
        trusted = directory.resolve("ca.crt");
        ca = new TestCa("first");
        ca.writeTo(trusted);
        ca.issue("server").writeTo(certificate, key);
        nobody = new TestClient(ca, null);
        ann = new TestClient(ca, ca.issue("ann"));
    }

    private TestPort start(Optional<Path> trustedCa) throws IOException {
        ClientTls tls = new ClientTls(certificate, key, trustedCa);
        return new TestPort(new FakeNode(), TestPort.LIMITS, HttpLimits.of(TestPort.LIMITS), Optional.of(tls));
    }

    private static long put(ManagedChannel channel) {
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

    @Test
    void grpcWithAlpn_isServed() throws Exception {
        try (TestPort port = start(Optional.empty())) {
            assertThat(put(nobody.channel(port.address()))).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void http1AndHttp2WithoutAlpn_areToldApartAfterTheHandshake(String version) throws Exception {
        try (TestPort port = start(Optional.empty())) {
            try (SSLSocket http1 = nobody.connect(port.address(), version)) {
                SniffingTest.write(http1, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(SniffingTest.read(http1, 15)).isEqualTo(OK);
            }
            try (SSLSocket http2 = nobody.connect(port.address(), version)) {
                SniffingTest.write(http2, SniffingTest.PREFACE + SniffingTest.EMPTY_SETTINGS);
                assertThat(SniffingTest.firstFrameType(http2)).isEqualTo(4);
            }
        }
    }

    /** By a client that offers HTTP/2 as well, as curl, Prometheus and this one do. */
    @Test
    void gatewayAndMetrics_overMutualTls_areServed() throws Exception {
        try (TestPort port = start(Optional.of(trusted))) {
            HttpClient http = HttpClient.newBuilder().sslContext(ann.context()).build();
            URI base = URI.create("https://localhost:" + port.address().getPort());
            HttpResponse<String> put = http.send(
                    HttpRequest.newBuilder(base.resolve("/v3/kv/put"))
                            .timeout(PATIENCE)
                            .POST(HttpRequest.BodyPublishers.ofString("{\"key\":\"aw==\",\"value\":\"dg==\"}"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(put.body()).contains("\"revision\":\"2\"");
            assertThat(ann.get(port.address(), "TLSv1.3", "/metrics")).contains(OK, "etcd_server_has_leader 1");
        }
    }

    @Test
    void plaintext_onATlsPort_isNotServed() throws Exception {
        try (TestPort port = start(Optional.empty());
                Socket plain = port.connect()) {
            SniffingTest.write(plain, "GET /version HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(SniffingTest.readAll(plain)).doesNotContain("HTTP/1.1");
        }
    }

    /** As a client would say it: this JVM can't be brought to speak versions that old. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void versionsBefore12_areRefusedByTheirNumber(int minor) throws Exception {
        try (TestPort port = start(Optional.empty());
                Socket socket = port.connect()) {
            socket.getOutputStream().write(hello(minor));
            byte[] answer = socket.getInputStream().readNBytes(7);

            assertThat((int) answer[0]).isEqualTo(minor == 3 ? HANDSHAKE : ALERT);
            if (minor < 3) {
                assertThat((int) answer[6]).isEqualTo(PROTOCOL_VERSION);
            }
        }
    }

    /** A ClientHello of version 3.minor (1: TLS 1.0) with suites for all of them. */
    private static byte[] hello(int minor) {
        byte[] random = new byte[32];
        Arrays.fill(random, (byte) 7);
        byte[] body = hex("03" + HexFormat.of().toHexDigits((byte) minor)
                + HexFormat.of().formatHex(random)
                + "00"
                + "000ac02bc02fc009c013002f"
                + "0100"
                + "0018"
                + "000a000400020017"
                + "000b00020100"
                + "000d0006000404030401");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(hex("160301"));
        out.writeBytes(new byte[] {0, (byte) (body.length + 4), 1, 0, 0, (byte) body.length});
        out.writeBytes(body);
        return out.toByteArray();
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void clientCertificate_demanded_onlyThoseOfTheCaAreServed(String version) throws Exception {
        TestClient stranger = new TestClient(ca, new TestCa("first").issue("ann"));
        try (TestPort port = start(Optional.of(trusted))) {
            assertThat(ann.get(port.address(), version, "/version")).startsWith(OK);
            assertThat(nobody.get(port.address(), version, "/version")).doesNotContain(OK);
            assertThat(stranger.get(port.address(), version, "/version")).doesNotContain(OK);
            assertThatThrownBy(() -> put(nobody.channel(port.address())))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
            assertThat(put(ann.channel(port.address()))).isEqualTo(2);
        }
    }

    @Test
    void serverCertificate_forAnotherHost_isRefusedByTheClient() throws Exception {
        ca.issue("server", "elsewhere.example").writeTo(certificate, key);
        try (TestPort port = start(Optional.empty())) {
            assertThatThrownBy(() -> put(nobody.channel(port.address())))
                    .hasRootCauseInstanceOf(java.security.cert.CertificateException.class)
                    .hasStackTraceContaining("127.0.0.1");
        }
    }

    private String servedName(TestPort port, TestClient client) throws Exception {
        try (SSLSocket socket = client.connect(port.address(), "TLSv1.3")) {
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        }
    }

    @Test
    void certificate_replacedOnDisk_isServedWithoutARestart() throws Exception {
        try (TestPort port = start(Optional.empty())) {
            assertThat(servedName(port, nobody)).isEqualTo("CN=server");
            ca.issue("renewed").writeTo(certificate, key);

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(servedName(port, nobody)).isEqualTo("CN=renewed"));
        }
    }

    @Test
    void filesThatCanNotBeUsed_leaveWhatIsThereInForce_andAreOneLineInTheLog() throws Exception {
        try (TestPort port = start(Optional.of(trusted));
                LogLines log = new LogLines(PortTls.class)) {
            String broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
            TestCa.write(trusted, broken);
            // Through several looks at the files.
            await().atMost(PATIENCE).during(Duration.ofMillis(2_500)).until(() -> {
                assertThat(ann.get(port.address(), "TLSv1.3", "/version")).startsWith(OK);
                return !log.warnings().isEmpty();
            });
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(line -> assertThat(line)
                            .isEqualTo("client port: goes on with the certificates that it has: \"" + trusted
                                    + "\" holds a damaged certificate"));

            // The key of another certificate would end every handshake.
            String ownKey = Files.readString(key);
            ca.writeTo(trusted);
            ca.issue("other").writeTo(directory.resolve("unused.crt"), key);
            await().atMost(PATIENCE).until(() -> {
                assertThat(ann.get(port.address(), "TLSv1.3", "/version")).startsWith(OK);
                return log.warnings().stream().anyMatch(line -> line.contains("is not the key of"));
            });
            Files.delete(key);
            await().atMost(PATIENCE).until(() -> {
                assertThat(ann.get(port.address(), "TLSv1.3", "/version")).startsWith(OK);
                return log.warnings().stream().anyMatch(line -> line.contains("does not exist"));
            });
            assertThat(log.warnings()).doesNotHaveDuplicates();

            TestCa.write(key, ownKey);
            ca.issue("renewed").writeTo(certificate, key);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(servedName(port, ann)).isEqualTo("CN=renewed"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void clientOfTheOldCa_afterTheCaWasReplaced_isRefused_aResumedSessionToo(String version) throws Exception {
        TestCa next = new TestCa("next");
        TestClient bob = new TestClient(ca, next.issue("bob"));
        try (TestPort port = start(Optional.of(trusted))) {
            assertThat(ann.get(port.address(), version, "/version")).startsWith(OK);
            assertThat(bob.get(port.address(), version, "/version")).doesNotContain(OK);

            next.writeTo(trusted);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(bob.get(port.address(), version, "/version"))
                            .startsWith(OK));

            // Has a session to resume; whoever begins anew has none.
            assertThat(ann.get(port.address(), version, "/version")).doesNotContain(OK);
            TestClient afresh = new TestClient(ca, ca.issue("ann"));
            assertThat(afresh.get(port.address(), version, "/version")).doesNotContain(OK);
        }
    }

    @Test
    void keyThatIsNotThere_refusesToStart() throws Exception {
        Files.delete(key);

        assertThatThrownBy(() -> start(Optional.empty()).close())
                .isInstanceOf(IOException.class)
                .hasMessage("the certificates of the client port can't be used: \"" + key + "\" does not exist");
    }
}
