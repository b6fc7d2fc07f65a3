package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kv user}, {@code role} and {@code auth} and etcdctl's, each on an etcd of its own: the same bytes must come out. */
final class EtcdctlAuthOutputTest {
    private static final List<String> SCRIPT = List.of(
            "auth status",
            "user add root:r",
            "user add ann:p",
            "user add ann:p",
            "user add cert --no-password",
            "user list",
            "user list -w json",
            "role add letters",
            "role add letters",
            "role add none -w json",
            "role grant-permission letters readwrite a b",
            "role grant-permission letters read c --prefix",
            "role grant-permission letters write x --from-key",
            "role grant-permission letters read one",
            "role grant-permission nobody read one",
            "role grant-permission letters all one",
            "role get letters",
            "role get letters -w json",
            "role get none",
            "role get nobody",
            "role list",
            "user grant-role ann letters",
            "user grant-role ann nobody",
            "user get ann",
            "user get ann -w json",
            "user get ann --detail",
            "user get nobody",
            "auth enable",
            "user grant-role root root",
            "auth enable",
            "auth status",
            "get a1",
            "--user root:r put a1 v",
            "get a1 --user ann:p",
            "--user ann --password p get a1",
            "--user ann:p get z",
            "--user ann:p put c v",
            "--user ann:wrong get a1",
            "--user ann:p user get ann",
            "--user ann:p user list",
            "--user root:r role get root",
            "--user root:r auth status -w json",
            "--user root:r role revoke-permission letters a b",
            "--user root:r role revoke-permission letters x --from-key",
            "--user root:r role revoke-permission letters no",
            "--user root:r role get letters",
            "--user ann:p get a1",
            "--user root:r user revoke-role ann letters",
            "--user root:r user revoke-role ann letters",
            "--user root:r user get ann",
            "--user root:r user delete ann",
            "--user root:r user delete ann",
            "--user root:r role delete letters",
            "--user root:r role delete letters",
            "--user root:r auth disable",
            "auth disable",
            "get a1");

    @TempDir
    Path directory;

    @Test
    void everyCommand_onItsOwnServer_printsWhatEtcdctlPrints() throws Exception {
        try (RealEtcd theirs = started("theirs");
                RealEtcd ours = started("ours")) {
            KvRun kv = new KvRun(Map.of("LOCKSTEP_ENDPOINTS", ours.endpoint()), directory);
            for (RealEtcd etcd : List.of(theirs, ours)) {
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> etcd.etcdctl("", "get", "ready", "--command-timeout", "1s")
                                        .exitCode()
                                == 0);
            }
            for (String words : SCRIPT) {
                RealEtcd.Result expected = theirs.etcdctl("", words.split(" "));
                KvRun.Result result = kv.run(words.split(" "));
                assertThat(settled(result.out()))
                        .as("kv %s, which said: %s; etcdctl: %s", words, result.err(), expected.err())
                        .isEqualTo(settled(expected.out()));
                assertThat(result.exitCode() == 0)
                        .as("kv %s, which said: %s; etcdctl: %s", words, result.err(), expected.err())
                        .isEqualTo(expected.exitCode() == 0);
                assertThat(result.out() + result.err()).doesNotContain(":p ", "wrong");
            }
        }
    }

    private RealEtcd started(String name) throws IOException {
        return RealEtcd.start(Files.createDirectory(directory.resolve(name)));
    }

    private static String settled(String output) {
        return output.replaceAll("\"(cluster_id|member_id)\":\\d+", "\"$1\":N")
                .replaceAll("\"(ClusterID|MemberID)\" : \\d+", "\"$1\" : N");
    }
}
