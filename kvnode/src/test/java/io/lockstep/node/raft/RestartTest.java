package io.lockstep.node.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.raft.TestCluster.Member;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestartTest {
    private static final int RESTARTS = 20;

    @TempDir
    Path directory;

    @Test
    void memberRestartedTwentyTimes_besideAnotherClusterInTheSameJvm_losesNothing() throws Exception {
        try (TestCluster one = new TestCluster(directory.resolve("one"), 3, 0x1).startAll();
                TestCluster two = new TestCluster(directory.resolve("two"), 3, 0x2).startAll()) {
            one.commit("start");
            two.commit("other");
            Member restarted = one.nodes.get(0);
            for (int round = 0; round < RESTARTS; round++) {
                restarted.stop();
                one.commit("away" + round);
                if (round % 2 == 0 && restarted.state != null) {
                    // Every other time the state on disk is ahead of the last snapshot, as after a flush.
                    restarted.state.flush();
                }
                restarted.start();
                one.commit("back" + round);
            }
            two.commit("undisturbed");
            one.awaitSame();
            two.awaitSame();
            Set<String> values = restarted.state.values().stream().collect(Collectors.toSet());
            for (int round = 0; round < RESTARTS; round++) {
                assertThat(values).contains("away" + round, "back" + round);
            }
            assertThat(two.nodes.get(0).state.values()).contains("other", "undisturbed");
            assertThat(one.nodes).allMatch(node -> node.fatals.isEmpty());
            assertThat(two.nodes).allMatch(node -> node.fatals.isEmpty());
            assertThat(JvmRegistry.INSTANCE.users("lockstep-1")).isEqualTo(3);
        }
        assertThat(JvmRegistry.INSTANCE.users("lockstep-1")).isZero();
    }
}
