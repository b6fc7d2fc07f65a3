package io.lockstep.node.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockstep.node.raft.TestCluster.Member;
import io.lockstep.node.raft.snapshot.SnapshotFiles;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What JRaft reads again at a start, of a state that is newer than the newest snapshot. */
class StartingPointTest {
    @TempDir
    Path directory;

    @Test
    void member_withFlushedState_isGivenOnlyWhatComesAfterIt() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
            Member member = cluster.nodes.get(0);
            cluster.commit("a", 50);
            member.state.flush();
            cluster.commit("b", 5);
            member.stop();
            member.start();
            cluster.commit("c");
            assertThat(member.state.values()).hasSize(56).startsWith("a0").endsWith("b4", "c");
            assertThat(member.state.skipped).isZero();
        }
    }

    @Test
    void members_withTheirConfigurationBehindTheCut_goOnTogether() throws Exception {
        TestCluster cluster = new TestCluster(directory, 3);
        cluster.limits = RaftLimits.DEFAULTS.withTruncationLag(1);
        try (cluster) {
            cluster.startAll();
            for (int round = 0; round < 3; round++) {
                cluster.commit("r" + round + "-", 20);
                cluster.awaitSame();
                for (Member node : cluster.nodes) {
                    node.group.snapshot().get(20, TimeUnit.SECONDS);
                }
            }
            cluster.commit("after", 20);
            cluster.awaitSame();
            for (Member node : cluster.nodes) {
                node.state.flush();
                node.stop();
            }
            cluster.startAll();
            cluster.commit("again", 20);
            cluster.awaitSame();
            for (Member node : cluster.nodes) {
                assertThat(node.state.values()).hasSize(100);
                assertThat(node.state.skipped).isZero();
                assertThat(node.fatals).isEmpty();
            }
        }
    }

    @Test
    void member_startedOften_countsWhatIsInTheLogTowardsItsSnapshot() throws Exception {
        TestCluster cluster = new TestCluster(directory, 1);
        cluster.limits = RaftLimits.DEFAULTS.withSnapshotsEvery(1 << 30, 40);
        try (cluster) {
            cluster.startAll();
            Member member = cluster.nodes.get(0);
            for (int round = 0; round < 4; round++) {
                cluster.commit("r" + round + "-", 12);
                member.state.flush();
                member.stop();
                member.start();
            }
            cluster.commit("last");
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> SnapshotFiles.newestIn(member.config().snapshotDirectory())
                            .isPresent());
        }
    }
}
