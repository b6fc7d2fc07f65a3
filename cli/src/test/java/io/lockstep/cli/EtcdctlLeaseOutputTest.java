package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code kv lease} and etcdctl's, on the same etcd: the same bytes must come out, but for ids and what is left of a time. */
final class EtcdctlLeaseOutputTest {
    private static final Pattern GRANTED = Pattern.compile("lease ([0-9a-f]{16}) granted with TTL\\(600s\\)\n");

    @TempDir
    static Path directory;

    private static RealEtcd etcd;
    private static KvRun kv;

    @BeforeAll
    static void start() throws IOException {
        etcd = RealEtcd.start(directory);
        kv = new KvRun(Map.of("LOCKSTEP_ENDPOINTS", etcd.endpoint()), directory);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> kv.run("get", "ready", "--command-timeout", "1s").exitCode() == 0);
    }

    @AfterAll
    static void stop() {
        if (etcd != null) {
            etcd.close();
        }
    }

    /** A lease with one key: the order of several is an accident in etcd. */
    private static String granted() {
        Matcher granted = GRANTED.matcher(kv.run("lease", "grant", "600").out());
        assertThat(granted.matches()).isTrue();
        kv.run("put", "leased \u00e4", "1", "--lease", granted.group(1));
        return granted.group(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lease grant 600",
                "lease grant 600 -w json",
                "lease grant 600 -w fields",
                "lease timetolive ID",
                "lease timetolive ID --keys",
                "lease timetolive ID --keys -w json",
                "lease timetolive ID -w json",
                "lease timetolive ID --keys -w fields",
                "lease timetolive 1234",
                "lease timetolive 1234 -w json",
                "lease timetolive 1234 --keys -w fields",
                "lease keep-alive ID --once",
                "lease keep-alive ID --once -w json",
                "lease keep-alive ID --once -w fields",
                "lease keep-alive 1234",
                "lease list",
                "lease list -w json",
                "lease list -w fields",
                "lease revoke ID",
                "lease revoke ID -w json",
                "lease revoke ID -w fields",
            })
    void lease_everyFormat_isEtcdctls(String words) throws Exception {
        KvRun.Result result = kv.run(words.replace("ID", granted()).split(" "));
        RealEtcd.Result expected =
                etcd.etcdctl("", words.replace("ID", granted()).split(" "));

        assertThat(expected.exitCode()).as(expected.err()).isZero();
        assertThat(settled(result.out())).isEqualTo(settled(expected.out()));
        assertThat(result.exitCode()).isZero();
    }

    private static String settled(String output) {
        return output.replaceAll("\"revision\":\\d+", "\"revision\":N")
                .replaceAll("\"Revision\" : \\d+", "\"Revision\" : N")
                .replaceAll("found \\d+ leases", "found N leases")
                .replaceAll("(?m)^([0-9a-f]{16}\n)+", "IDS\n")
                .replaceAll("(\"ID\" : \\d+\n)+", "\"ID\" : IDS\n")
                .replaceAll("(\\{\"id\":\\d+},?)+", "IDS")
                .replaceAll("lease [0-9a-f]{16}", "lease ID")
                .replaceAll("\"(id|ID)\":\\d+", "\"$1\":ID")
                .replaceAll("59\\ds", "600s")
                .replaceAll("\"ttl\":59\\d", "\"ttl\":600")
                .replaceAll("\"TTL\" : 59\\d", "\"TTL\" : 600");
    }
}
