package io.lockstep.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.bench.load.LoadSpec;
import io.lockstep.bench.load.Mix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
    @TempDir
    Path folder;

    @Test
    void pair_ofTwoNullServers_measuresBothAndLeavesNothing() throws Exception {
        LoadSpec load = new LoadSpec(Mix.GET, 2, 0, 0, 1, new LoadSpec.KeySpec(100, false, 16), 1);
        List<String> progress = new ArrayList<>();
        Comparison comparison = new Comparison(List.of(load), folder, progress::add);
        Comparison.Pair pair = comparison.pair(0, new ServerSystem.Null(), new ServerSystem.Null());
        for (Comparison.Run run : List.of(pair.subject(), pair.peer())) {
            assertThat(run.system()).isEqualTo("null");
            assertThat(run.measured()).singleElement().satisfies(measured -> {
                assertThat(measured.load().operations()).isPositive();
                assertThat(measured.load().errors()).isEmpty();
                assertThat(measured.serverResidentMiB()).isPositive();
            });
        }
        assertThat(progress).hasSize(4);
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void system_thatDoesNotExist_isRefusedWithOneLine() {
        assertThatThrownBy(() -> ServerSystem.named("zookeeper", List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there is no system zookeeper, only lockstep, etcd, etcd=BINARY and null");
        assertThatThrownBy(() -> ServerSystem.named("etcd=/no/such/file", List.of()))
                .hasMessage("/no/such/file is not an executable file");
    }
}
