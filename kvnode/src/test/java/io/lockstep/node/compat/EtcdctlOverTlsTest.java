package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** etcdctl over TLS, where its certificate is its user. */
class EtcdctlOverTlsTest {
    private static final String DONE = "exit code 0";

    @TempDir
    Path directory;

    @Test
    void etcdctl35_withACertificate_isItsUser() throws Exception {
        Path binary = Servers.etcdOrSkip().resolveSibling("etcdctl");
        if (!Files.isExecutable(binary)) {
            Servers.skip("SKIPPED: there is no etcdctl at " + binary);
        }
        callsOverTls(binary);
    }

    @Test
    void etcdctl34_withACertificate_isItsUser() throws Exception {
        String binary = System.getenv("OLD_ETCDCTL_BIN");
        if (binary == null || binary.isBlank()) {
            Servers.skip("SKIPPED: no etcdctl 3.4; set OLD_ETCDCTL_BIN");
        }
        callsOverTls(Path.of(binary));
    }

    private void callsOverTls(Path binary) throws Exception {
        Etcdctl etcdctl = new Etcdctl(binary, directory.resolve("etcdctl"));
        try (SecuredNode node = new SecuredNode(directory)) {
            node.issue("root");
            node.issue("ann");
            String root = of(node, "root");
            String ann = of(node, "ann");
            for (String call : new String[] {
                "put a 1",
                "get a",
                "snapshot save " + directory.resolve("backup.db"),
                "user add root:x",
                "user add ann:y",
                "user grant-role root root",
                "role add r",
                "role grant-permission r readwrite a",
                "user grant-role ann r",
                "auth enable",
                "user list",
                "endpoint health",
            }) {
                assertThat(run(etcdctl, node, call + root)).as(call).endsWith(DONE);
            }
            assertThat(run(etcdctl, node, "get a" + ann)).isEqualTo("a\n1\n" + DONE);
            assertThat(run(etcdctl, node, "put b 1" + ann)).contains("permission denied");
            assertThat(run(etcdctl, node, "user list" + ann)).contains("permission denied");
            // A password counts for more than a certificate.
            assertThat(run(etcdctl, node, "put b 1 --user root:x" + ann)).isEqualTo("OK\n" + DONE);
            assertThat(run(etcdctl, node, "get a --command-timeout 3s --cacert " + node.ca()))
                    .doesNotContain("a\n1")
                    .doesNotEndWith(DONE);
        }
    }

    private static String of(SecuredNode node, String name) {
        return " --cacert " + node.ca() + " --cert " + node.certificate(name) + " --key " + node.key(name);
    }

    private static String run(Etcdctl etcdctl, SecuredNode node, String line) {
        return etcdctl.run(Etcdctl.Command.of(line), node.url());
    }
}
