package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.KvNode;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.config.TlsFiles;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that {@code kv certs} makes, and a cluster with them. */
final class CertsTest {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    @TempDir
    Path directory;

    private KvRun.Result kv(String words) {
        return new KvRun(Map.of(), directory).run(words.split(" "));
    }

    private X509Certificate certificate(String name) throws Exception {
        try (InputStream in = Files.newInputStream(directory.resolve(name))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    @Test
    void certs_byDefault_areForThisMachine_andOnlyTheirOwnerReadsTheKeys() throws Exception {
        KvRun.Result result = kv("certs");

        assertThat(result.err()).isEmpty();
        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .contains("certs/ca.crt", "certs/peer.crt", "a client, CN client")
                .contains("--cert-file certs/server.crt --key-file certs/server.key --trusted-ca-file certs/ca.crt")
                .contains("--peer-trusted-ca-file certs/peer-ca.crt")
                .contains("--cacert certs/ca.crt --cert certs/client.crt --key certs/client.key");
        for (String name : List.of("ca", "peer-ca", "server", "peer", "client")) {
            assertThat(Files.getPosixFilePermissions(directory.resolve("certs/" + name + ".key")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        }
        X509Certificate server = certificate("certs/server.crt");
        server.verify(certificate("certs/ca.crt").getPublicKey());
        certificate("certs/peer.crt").verify(certificate("certs/peer-ca.crt").getPublicKey());
        assertThat(server.getSubjectAlternativeNames().stream().map(name -> (Object) name.get(1)))
                .containsExactlyInAnyOrder("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1");
        assertThat(server.getExtendedKeyUsage()).containsExactly(SERVER_AUTH);
        assertThat(certificate("certs/peer.crt").getExtendedKeyUsage())
                .containsExactlyInAnyOrder(SERVER_AUTH, CLIENT_AUTH);
        assertThat(certificate("certs/client.crt").getExtendedKeyUsage()).containsExactly(CLIENT_AUTH);
        assertThat(server.getBasicConstraints()).isNegative();
    }

    @Test
    void certs_whereAFileIs_writeNothing() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("x"));
        Files.writeString(folder.resolve("client.key"), "mine");

        KvRun.Result result = kv("certs --out x");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("client.key").contains("not overwritten");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
        assertThat(Files.readString(folder.resolve("client.key"))).isEqualTo("mine");
    }

    @Test
    void certs_ofAnEarlierCa_areSignedByIt() throws Exception {
        kv("certs --hosts n1.example,10.0.0.1");
        KvRun.Result more = kv("certs --ca certs --out ann --client-cn ann --days 7");

        assertThat(more.err()).isEmpty();
        certificate("ann/client.crt").verify(certificate("certs/ca.crt").getPublicKey());
        assertThat(certificate("ann/client.crt").getSubjectX500Principal().getName())
                .isEqualTo("CN=ann");
        assertThat(directory.resolve("ann/ca.key")).doesNotExist();
        assertThat(more.out()).contains("--trusted-ca-file certs/ca.crt");
    }

    @Test
    void node_withThem_servesWhoShowsTheClients_andNobodyElse() {
        assertThat(kv("certs").exitCode()).isZero();
        Path certs = directory.resolve("certs");
        NodeConfig config = NodeConfig.embedded(directory.resolve("data"))
                .clientUrls("https://127.0.0.1:0")
                .clientTls(new TlsFiles(
                        certs.resolve("server.crt"), certs.resolve("server.key"), Optional.of(certs.resolve("ca.crt"))))
                .peerTls(new TlsFiles(
                        certs.resolve("peer.crt"),
                        certs.resolve("peer.key"),
                        Optional.of(certs.resolve("peer-ca.crt"))))
                .build();
        try (KvNode node = KvNode.start(config)) {
            String at =
                    " --endpoints localhost:" + node.clientAddresses().get(0).getPort() + " --cacert certs/ca.crt";
            String shown = at + " --cert certs/client.crt --key certs/client.key";
            assertThat(kv("put a 1" + shown)).isEqualTo(new KvRun.Result(0, "OK\n", ""));
            assertThat(kv("get a --print-value-only" + shown).out()).isEqualTo("1\n");

            KvRun.Result without = kv("get a" + at);
            assertThat(without.exitCode()).isEqualTo(1);
            assertThat(without.err().lines()).hasSize(1);
            KvRun.Result ofThePeers = kv("get a" + at + " --cert certs/peer.crt --key certs/peer.key");
            assertThat(ofThePeers.exitCode()).as(ofThePeers.out()).isEqualTo(1);
        }
    }
}
