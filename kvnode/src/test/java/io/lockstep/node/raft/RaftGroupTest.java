package io.lockstep.node.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.raft.TestCluster.Member;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftGroupTest {
    @TempDir
    Path directory;

    @Test
    void threeMembers_proposals_areCommittedAndAppliedAlikeOnAll() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            cluster.commit("v", 200);
            cluster.awaitSame();
            assertThat(cluster.nodes.get(0).state.values()).hasSize(200).startsWith("v0", "v1");
        }
    }

    @Test
    void readIndex_onEveryMember_seesWhatWasCommittedBefore() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            for (int round = 0; round < 5; round++) {
                String value = "r" + round;
                cluster.commit(value);
                for (Member node : cluster.nodes) {
                    node.readIndex().get(5, TimeUnit.SECONDS);
                    assertThat(node.state.values()).contains(value);
                }
            }
        }
    }

    @Test
    void member_restartedWithoutFlush_replaysItsLog() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            cluster.commit("a", 50);
            Member follower = cluster.follower();
            follower.stop();
            cluster.commit("b", 50);
            follower.start();
            cluster.commit("c");
            cluster.awaitSame();
            assertThat(follower.state.values()).hasSize(101);
            assertThat(follower.fatals).isEmpty();
        }
    }
}
