package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.client.GetOptions;
import io.lockstep.client.KvClient;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code kv check perf} on one real node. How fast that is, is not judged here. */
@Timeout(120)
final class CheckPerfTest {
    private static final String PREFIX = "/etcdctl-check-perf/";

    @TempDir
    static Path directory;

    private static EmbeddedCluster cluster;
    private static KvClient client;
    private static KvRun kv;

    @BeforeAll
    static void start() {
        cluster = EmbeddedCluster.start(1);
        client = KvClient.builder().endpoints(cluster.endpoint(0)).build();
        kv = new KvRun(Map.of("LOCKSTEP_ENDPOINTS", cluster.endpoint(0)), directory);
    }

    @AfterAll
    static void stop() {
        client.close();
        cluster.close();
    }

    private static long keys() {
        return client.sync()
                .get(Bytes.of(PREFIX), GetOptions.DEFAULT.withPrefix().countOnly())
                .getCount();
    }

    @Test
    void perf_aShortTime_tellsFourVerdictsAndLeavesNoKeys() {
        long before = client.sync().get("any").getHeader().getRevision();

        KvRun.Result result = kv.run("check", "perf", "--duration", "2s");

        List<String> lines = result.out().lines().toList();
        assertThat(lines.get(0)).matches("PASS: Throughput is \\d+ writes/s|FAIL: Throughput too low: \\d+ writes/s");
        assertThat(lines.get(1))
                .matches("PASS: Slowest request took \\d\\.\\d{6}s|Slowest request took too long: \\d+\\.\\d{6}s");
        assertThat(lines.get(2)).matches("PASS: Stddev is \\d\\.\\d{6}s|Stddev too high: \\d+\\.\\d{6}s");
        boolean passes = lines.subList(0, 3).stream().allMatch(line -> line.startsWith("PASS: "));
        assertThat(lines).hasSize(4);
        assertThat(lines.get(3)).isEqualTo(passes ? "PASS" : "FAIL");
        assertThat(result.exitCode()).isEqualTo(passes ? 0 : 1);
        assertThat(keys()).isZero();
        // One revision a write, and one for the deletion: no more than 150 a second are asked for.
        assertThat(client.sync().get("any").getHeader().getRevision() - before).isBetween(2L, 2 * 150 + 2L);
    }

    @Test
    void perf_withUpkeep_compactsAndDefragments() {
        KvRun.Result result =
                kv.run("check", "perf", "--duration", "1s", "--auto-compact", "--auto-defrag", "--prefix", "perf/");

        assertThat(result.out())
                .containsPattern("Compacting with revision (\\d+)\nCompacted with revision \\1\n")
                .contains("Defragmenting \"" + cluster.endpoint(0) + "\"\nDefragmented \"" + cluster.endpoint(0)
                        + "\"\n");
        assertThat(kv.run("get", "any", "--rev", "2").err()).contains("has been compacted");
    }

    @Test
    void perf_keysAreThereBefore_isRefusedAndKeepsThem() {
        client.sync().put(PREFIX + "mine", "dear");

        KvRun.Result result = kv.run("check", "perf");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("has keys").hasLineCount(1);
        assertThat(keys()).isEqualTo(1);
        kv.run("del", PREFIX, "--prefix");
    }
}
