package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** etcdctl prints the same, called in the same way, as with a real etcd. */
class EtcdctlTest {
    private static final String ETCDCTL_34 = "OLD_ETCDCTL_BIN";

    @TempDir
    Path scratch;

    @Test
    void etcdctl35_ofEveryCommand_printsTheSame() {
        Path etcd = Servers.etcdOrSkip();
        Path etcdctl = etcd.resolveSibling("etcdctl");
        if (!Files.isExecutable(etcdctl)) {
            Servers.skip("SKIPPED: there is no etcdctl beside " + etcd);
        }
        assertSameOutput(etcdctl, "3.5.", etcd);
    }

    @Test
    void etcdctl34_ofEveryCommand_printsTheSame() {
        Path etcd = Servers.etcdOrSkip();
        String etcdctl = System.getenv(ETCDCTL_34);
        if (etcdctl == null || etcdctl.isBlank()) {
            Servers.skip(
                    "SKIPPED: no etcdctl 3.4; set " + ETCDCTL_34 + " to one, as Debian bookworm's etcd-client has");
        }
        assertSameOutput(Path.of(etcdctl), "3.4.", etcd);
    }

    private void assertSameOutput(Path binary, String level, Path etcd) {
        Etcdctl ofOracle = new Etcdctl(binary, scratch.resolve("oracle"));
        Etcdctl ofSubject = new Etcdctl(binary, scratch.resolve("subject"));
        assertThat(ofOracle.version()).as("version of %s", binary).startsWith(level);
        List<String> differences = new ArrayList<>();
        List<Etcdctl.Command> script = EtcdctlScript.commands();
        try (ServerProcess subject = Servers.startSubject();
                ServerProcess oracle = EtcdServer.start(etcd)) {
            for (Etcdctl.Command command : script) {
                CompletableFuture<String> expected =
                        CompletableFuture.supplyAsync(() -> ofOracle.run(command, oracle.endpoint()));
                String actual = ofSubject.run(command, subject.endpoint());
                if (!expected.join().equals(actual)) {
                    differences.add(command + "\n--- " + oracle.label() + "\n" + expected.join() + "\n--- "
                            + subject.label() + "\n" + actual + "\n");
                }
            }
        }
        System.out.printf(
                "etcdctl %s: %d commands, %d differences%n", ofOracle.version(), script.size(), differences.size());
        assertThat(differences).as("\n" + String.join("\n", differences)).isEmpty();
    }
}
