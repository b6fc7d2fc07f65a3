package io.lockstep.node.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lockstep.node.raft.TestCluster.Member;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the calls of clients are decided by: who leads, as each member is told. */
class LeadershipTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    @Test
    void leadership_ofThreeMembers_isTheSameLeaderAndTermOnEach() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            Member leader = cluster.leader();
            cluster.commit("a");
            for (Member node : cluster.nodes) {
                await().atMost(PATIENCE)
                        .until(() -> node.group.leadership().isKnown()
                                && node.group.leadership().term() == leader.leaderTerm);
                RaftLeadership known = node.group.leadership();
                assertThat(known.leaderId()).isEqualTo(leader.group.leadership().leaderId());
                assertThat(known.self()).isEqualTo(node == leader);
                assertThat(node.group.term()).isEqualTo(known.term());
            }
        }
    }

    @Test
    void leadership_leaderWithoutItsFollowers_knowsNobody() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            cluster.commit("a");
            Member leader = cluster.leader();
            cluster.nodes.stream().filter(node -> node != leader).forEach(Member::stop);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(leader.group.leadership())
                            .extracting(RaftLeadership::isKnown, RaftLeadership::self)
                            .isEqualTo(List.of(false, false)));
        }
    }

    @Test
    void leadership_followerWithoutOthers_knowsNobody() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            cluster.commit("a");
            Member follower = cluster.follower();
            await().atMost(PATIENCE).until(() -> follower.group.leadership().isKnown());
            cluster.nodes.stream().filter(node -> node != follower).forEach(Member::stop);
            await().atMost(PATIENCE).until(() -> !follower.group.leadership().isKnown());
            assertThat(follower.group.leadership().self()).isFalse();
        }
    }

    @Test
    void leadership_closedGroup_knowsNobody() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1).startAll()) {
            RaftGroup group = cluster.leader().group;
            assertThat(group.leadership().self()).isTrue();
            group.close();
            assertThat(group.leadership().isKnown()).isFalse();
            assertThat(group.status().role()).isEqualTo(RaftStatus.Role.STOPPED);
        }
    }

    @Test
    void applyLag_appliedMember_isNothing() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            cluster.commit("a", 50);
            for (Member node : cluster.nodes) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(node.group.applyLag()).isZero());
            }
        }
    }
}
