package io.lockstep.bench.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.bench.load.Connections;
import io.lockstep.bench.load.LoadSpec;
import io.lockstep.node.KvNode;
import io.lockstep.node.config.NodeConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchLoadTest {
    @TempDir
    Path directory;

    @Test
    void everyEvent_isCountedAtEveryWatcherOfItsKey() throws InterruptedException {
        WatchSpec spec = new WatchSpec(20, 5, 6, 200, 0, 1, 32);
        try (KvNode node = KvNode.start(NodeConfig.embedded(directory.resolve("data"))
                .clientUrls("http://127.0.0.1:0")
                .build())) {
            LoadSpec.Target target = new LoadSpec.Target(
                    List.of("127.0.0.1:" + node.clientAddresses().get(0).getPort()), 2);
            try (Connections forPuts = new Connections(target);
                    Connections forWatchers = new Connections(target);
                    WatchLoad load = new WatchLoad(spec, forPuts)) {
                load.watch(forWatchers);

                WatchResult result = load.run();

                assertThat(spec.streams()).isEqualTo(4);
                assertThat(result.puts()).isEqualTo(200);
                assertThat(result.arrived()).isEqualTo(200 * 4);
                assertThat(result.missing() + result.astray() + result.failedPuts())
                        .isZero();
                assertThat(result.maxMillis()).isPositive().isGreaterThanOrEqualTo(result.p50Millis());
            }
        }
    }

    @Test
    void eventsThatAreLostDoubledOrLate_areTold() {
        Tally tally = new Tally(new WatchSpec(4, 2, 1, 2, 0, 1, 32));
        tally.begins(0, System.nanoTime());
        tally.begins(1, System.nanoTime());
        tally.acknowledged();
        tally.told(0, true);
        tally.told(0, true);
        tally.told(0, false);
        tally.failed(1);

        assertThat(tally.missing()).isZero();
        assertThat(tally.result().astray()).isEqualTo(1);
        assertThat(tally.result().failedPuts()).isEqualTo(1);

        Tally other = new Tally(new WatchSpec(4, 2, 1, 2, 0, 1, 32));
        other.told(0, true);
        assertThat(other.missing()).isEqualTo(3);
    }

    @Test
    void spec_beyondItsBounds_saysWhich() {
        assertThatThrownBy(() -> new WatchSpec(0, 1, 1, 1, 0, 1, 32))
                .hasMessage("watchers is 0; allowed are 1 to 200000");
        assertThatThrownBy(() -> new WatchSpec(1, 1, 1, 1, 0, 1, 3))
                .hasMessage("value size is 3; allowed are 4 to 1048576");
    }
}
