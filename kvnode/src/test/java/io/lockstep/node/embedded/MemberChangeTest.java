package io.lockstep.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.Member;
import io.lockstep.api.MemberPromoteRequest;
import io.lockstep.api.MemberUpdateRequest;
import io.lockstep.node.KvNode;
import io.lockstep.node.NodeStartException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members that come and go, on real nodes. */
class MemberChangeTest {
    private EmbeddedCluster cluster;
    private Newcomers newcomers;

    @BeforeEach
    void start() {
        cluster = EmbeddedCluster.builder(3)
                .timing(Duration.ofMillis(100), Duration.ofMillis(1_000))
                .start();
        newcomers = new Newcomers(cluster);
        Newcomers.awaitAllStarted(channel());
    }

    @AfterEach
    void stop() {
        newcomers.close();
        cluster.close();
    }

    private Channel channel() {
        return cluster.channel(cluster.awaitLeader());
    }

    private static int after(int node) {
        return (node + 1) % 3;
    }

    @Test
    void deadMember_isReplacedByANewOneThatCountsForTheMajority() {
        Calls.put(cluster.channel(0), "before", "1");
        int dead = cluster.awaitLeader();
        long deadId = cluster.node(dead).memberId();
        cluster.kill(dead);
        int leader = cluster.awaitLeader();
        Channel channel = cluster.channel(leader);
        Newcomers.remove(channel, deadId);
        assertThat(Newcomers.list(channel)).hasSize(2).noneMatch(member -> member.getID() == deadId);

        String url = newcomers.newPeerUrl("n4");
        Member added = Newcomers.add(channel, url, false);
        assertThat(added.getName()).isEmpty();
        assertThat(added.getPeerURLsList()).containsExactly(url);
        assertThat(added.getIsLearner()).isFalse();
        // Not there yet: the majority is still that of the two.
        Calls.put(channel, "while", "2");
        KvNode joined = newcomers.start("n4");
        assertThat(joined.memberId()).isEqualTo(added.getID());
        newcomers.awaitSettled(leader);
        await().atMost(Newcomers.PATIENCE)
                .until(() -> !Newcomers.find(channel, added.getID()).getName().isEmpty());
        assertThat(Calls.get(joined.channel(), "before")).isEqualTo("1");
        assertThat(Calls.get(joined.channel(), "while")).isEqualTo("2");

        cluster.kill(leader);
        int last = 3 - dead - leader;
        await().atMost(Newcomers.PATIENCE).ignoreExceptions().until(() -> {
            Calls.put(joined.channel(), "after", "3");
            return Calls.get(cluster.channel(last), "after").equals("3");
        });
        assertThat(Calls.get(joined.channel(), "before")).isEqualTo("1");

        KvNode wanderer = newcomers.restartFounder(dead);
        await().atMost(Newcomers.PATIENCE).until(() -> !newcomers.fatals.isEmpty());
        assertThat(newcomers.fatals)
                .containsExactly("member " + ClusterPlan.name(dead) + " (" + Long.toHexString(wanderer.memberId())
                        + ") was removed from the cluster " + clusterId(cluster.channel(last))
                        + ": start it with an empty data directory once it was added anew");
    }

    private static String clusterId(Channel channel) {
        return Long.toHexString(Newcomers.members(channel)
                .memberList(io.lockstep.api.MemberListRequest.getDefaultInstance())
                .getHeader()
                .getClusterId());
    }

    @Test
    void learner_getsTheDataAndServesStaleReadsAloneUntilItIsPromoted() {
        Calls.put(cluster.channel(0), "k", "1");
        int leader = cluster.awaitLeader();
        Channel channel = cluster.channel(leader);
        String url = newcomers.newPeerUrl("n4");
        Member added = Newcomers.add(channel, url, true);
        assertThat(added.getIsLearner()).isTrue();
        MemberPromoteRequest promote =
                MemberPromoteRequest.newBuilder().setID(added.getID()).build();
        assertRefused(
                () -> Newcomers.members(channel).memberPromote(promote),
                "FAILED_PRECONDITION: etcdserver: can only promote a learner member which is in sync with leader");
        assertRefused(
                () -> Newcomers.add(channel, newcomers.newPeerUrl("n5"), true),
                "FAILED_PRECONDITION: etcdserver: too many learner members in cluster");

        KvNode learner = newcomers.start("n4");
        await().atMost(Newcomers.PATIENCE)
                .until(() -> Calls.staleGet(learner.channel(), "k").equals("1"));
        String refused = "FAILED_PRECONDITION: etcdserver: rpc not supported for learner";
        assertRefused(() -> Calls.get(learner.channel(), "k"), refused);
        assertRefused(() -> Calls.put(learner.channel(), "k", "2"), refused);
        assertThat(Calls.value(Calls.kv(learner.channel())
                        .range(Calls.range("k").setMaxStalenessMillis(60_000).build())))
                .isEqualTo("1");
        assertRefused(
                () -> io.lockstep.api.MaintenanceGrpc.newBlockingStub(channel)
                        .moveLeader(io.lockstep.api.MoveLeaderRequest.newBuilder()
                                .setTargetID(added.getID())
                                .build()),
                "FAILED_PRECONDITION: etcdserver: bad leader transferee");

        int follower = after(leader);
        await().atMost(Newcomers.PATIENCE).ignoreExceptions().until(() -> {
            var unused = Newcomers.members(cluster.channel(follower)).memberPromote(promote);
            return true;
        });
        newcomers.awaitSettled(leader);
        assertThat(Newcomers.find(channel, added.getID()).getIsLearner()).isFalse();
        await().atMost(Newcomers.PATIENCE)
                .ignoreExceptions()
                .until(() -> Calls.get(learner.channel(), "k").equals("1"));
        Calls.put(learner.channel(), "k", "2");
        assertRefused(
                () -> Newcomers.members(channel).memberPromote(promote),
                "FAILED_PRECONDITION: etcdserver: can only promote a learner member");
    }

    @Test
    void leader_removedByItself_handsOverAndStops() {
        int leader = cluster.awaitLeader();
        long id = cluster.node(leader).memberId();
        long term = cluster.node(after(leader)).term();
        Newcomers.remove(cluster.channel(leader), id);
        int other = after(leader);
        await().atMost(Newcomers.PATIENCE).ignoreExceptions().until(() -> {
            Calls.put(cluster.channel(other), "k", "1");
            return Newcomers.list(cluster.channel(other)).size() == 2;
        });
        newcomers.awaitSettled(other);
        assertThat(cluster.node(other).term()).isLessThanOrEqualTo(term + 1);
        assertThat(cluster.node(other).leaderId()).isNotEqualTo(id);
        // Told by the others, it closes its ports.
        await().atMost(Newcomers.PATIENCE)
                .until(() -> Newcomers.page(cluster.endpoint(leader)).isEmpty());
        assertThat(cluster.node(other).term()).isLessThanOrEqualTo(term + 1);
    }

    @Test
    void changes_thatWouldHurt_areRefusedInEtcdsWords() {
        Channel channel = channel();
        List<Member> members = Newcomers.list(channel);
        assertRefused(
                () -> Newcomers.add(channel, "127.0.0.1:2380", false),
                "INVALID_ARGUMENT: etcdserver: given member URLs are invalid");
        assertRefused(
                () -> Newcomers.add(channel, members.get(0).getPeerURLs(0), false),
                "FAILED_PRECONDITION: etcdserver: Peer URLs already exists");
        assertRefused(() -> Newcomers.remove(channel, 77), "NOT_FOUND: etcdserver: member not found");
        assertRefused(
                () -> Newcomers.members(channel)
                        .memberPromote(
                                MemberPromoteRequest.newBuilder().setID(77).build()),
                "NOT_FOUND: etcdserver: member not found");
        MemberUpdateRequest.Builder update =
                MemberUpdateRequest.newBuilder().setID(members.get(0).getID());
        assertRefused(
                () -> Newcomers.members(channel)
                        .memberUpdate(update.addPeerURLs("http://127.0.0.1:19").build()),
                "FAILED_PRECONDITION: lockstep: the peer address of a member that has started is its identity:"
                        + " add a member under the new address, then remove this one");
        var unused = Newcomers.members(channel)
                .memberUpdate(update.clearPeerURLs()
                        .addPeerURLs(members.get(0).getPeerURLs(0))
                        .build());

        Member first = Newcomers.add(channel, newcomers.newPeerUrl("n4"), false);
        assertRefused(
                () -> Newcomers.add(channel, newcomers.newPeerUrl("n5"), false),
                "FAILED_PRECONDITION: lockstep: voters change one at a time, and one is still joining or leaving:"
                        + " wait until it has caught up, or remove the one that joins");
        Newcomers.remove(channel, first.getID());
        assertThat(Newcomers.list(channel)).hasSize(3);

        int leader = cluster.awaitLeader();
        cluster.kill(after(leader));
        await().atMost(Newcomers.PATIENCE)
                .untilAsserted(() -> assertRefused(
                        () -> Newcomers.add(cluster.channel(leader), newcomers.newPeerUrl("n5"), false),
                        "UNAVAILABLE: etcdserver: unhealthy cluster"));
        assertRefused(
                () -> Newcomers.remove(
                        cluster.channel(leader), cluster.node(leader).memberId()),
                "UNAVAILABLE: etcdserver: unhealthy cluster");
    }

    @Test
    void stranger_orOneWhoseDiskWasWiped_isNotLetIn() {
        Channel channel = channel();
        String url = newcomers.newPeerUrl("n4");
        assertThatThrownBy(() -> newcomers.start("n4"))
                .isInstanceOf(NodeStartException.class)
                .hasMessageContaining("no member was added under " + url);
        Newcomers.add(channel, url, false);
        newcomers.start("n4").close();
        EmbeddedCluster.delete(newcomers.directory("n4"));
        assertThatThrownBy(() -> newcomers.start("n4"))
                .isInstanceOf(NodeStartException.class)
                .hasMessageContaining("the member has started before with another data directory");
    }

    @Test
    void leaderLostRightAfterAChange_nextOneFinishesIt() {
        Member added = Newcomers.add(channel(), newcomers.newPeerUrl("n4"), true);
        KvNode joined = newcomers.start("n4");
        crashTheLeader();
        retry(channel -> Newcomers.members(channel)
                .memberPromote(
                        MemberPromoteRequest.newBuilder().setID(added.getID()).build()));
        crashTheLeader();
        newcomers.awaitSettled(0);
        retry(channel -> assertThat(Newcomers.find(channel, added.getID()).getIsLearner())
                .isFalse());
        // After a crash the others may not have heard of it yet, and it may be the one that leads them.
        retry(channel -> Newcomers.remove(channel, added.getID()));
        crashTheLeader();
        retry(channel -> assertThat(Newcomers.list(channel)).hasSize(3));
        newcomers.awaitSettled(0);
        await().atMost(Newcomers.PATIENCE).until(() -> !newcomers.fatals.isEmpty());
        assertThat(newcomers.fatals.peek()).contains("was removed from the cluster");
        assertThat(joined.memberId()).isEqualTo(added.getID());
    }

    /** On any of the founders, and again if nobody led. */
    private void retry(Consumer<Channel> call) {
        await().atMost(Newcomers.PATIENCE).untilAsserted(() -> {
            try {
                call.accept(cluster.channel(0));
            } catch (StatusRuntimeException e) {
                // It was done by a try that was told nothing.
                String text = String.valueOf(e.getMessage());
                if (!text.endsWith("can only promote a learner member") && !text.endsWith("member not found")) {
                    throw new AssertionError(e);
                }
            }
        });
    }

    /** If a founder leads. */
    private void crashTheLeader() {
        for (int node = 0; node < 3; node++) {
            if (cluster.node(node).isLeader()) {
                cluster.kill(node);
                cluster.restart(node);
                return;
            }
        }
    }

    @Test
    void clusterShrunkToOne_growsAgainWithoutAPause() {
        Channel channel = cluster.channel(0);
        Calls.put(channel, "k", "1");
        Newcomers.remove(channel, cluster.node(1).memberId());
        newcomers.awaitSettled(0);
        // The one that leaves is needed for the majority of its own removal.
        Newcomers.remove(channel, cluster.node(2).memberId());
        newcomers.awaitSettled(0);
        assertThat(Newcomers.list(channel)).hasSize(1);
        assertRefused(
                () -> Newcomers.remove(channel, cluster.node(0).memberId()),
                "UNKNOWN: etcdserver: re-configuration failed due to not enough started members");
        Newcomers.add(channel, newcomers.newPeerUrl("n4"), false);
        Calls.put(channel, "k", "2");
        KvNode joined = newcomers.start("n4");
        newcomers.awaitSettled(0);
        await().atMost(Newcomers.PATIENCE)
                .ignoreExceptions()
                .until(() -> Calls.get(joined.channel(), "k").equals("2"));
        Calls.put(joined.channel(), "k", "3");
        assertThat(Calls.get(channel, "k")).isEqualTo("3");
    }

    @Test
    void removedWhileCutOff_returnsStopsAndDisturbsNobody() {
        int leader = cluster.awaitLeader();
        int away = after(leader);
        int other = after(away);
        cluster.isolate(away);
        await().atMost(Newcomers.PATIENCE).until(() -> cluster.node(away).leaderId() == 0);
        Newcomers.remove(cluster.channel(leader), cluster.node(away).memberId());
        newcomers.awaitSettled(leader);
        long term = cluster.node(leader).term();
        cluster.heal();
        await().atMost(Newcomers.PATIENCE)
                .until(() -> Newcomers.page(cluster.endpoint(away)).isEmpty());
        assertThat(cluster.node(leader).isLeader()).isTrue();
        assertThat(cluster.node(leader).term()).isEqualTo(term);
        assertThat(cluster.node(other).term()).isEqualTo(term);
        Calls.put(cluster.channel(other), "k", "1");
    }

    private static void assertRefused(Runnable call, String status) {
        assertThatThrownBy(call::run).isInstanceOf(StatusRuntimeException.class).hasMessage(status);
    }
}
