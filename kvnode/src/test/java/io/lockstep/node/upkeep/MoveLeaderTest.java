package io.lockstep.node.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Channel;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.MoveLeaderRequest;
import io.lockstep.api.MoveLeaderResponse;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MoveLeaderTest {
    private static EmbeddedCluster cluster;

    @BeforeAll
    static void start() {
        cluster = EmbeddedCluster.start(3);
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    private static MoveLeaderResponse move(int from, long target) {
        Channel channel = cluster.channel(from);
        return MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(target).build());
    }

    @Test
    void moveLeader_toEachOther_answersOnceItLeads() {
        for (int round = 0; round < 3; round++) {
            int leader = cluster.awaitLeader();
            int target = (leader + 1) % 3;

            MoveLeaderResponse answer = move(leader, cluster.node(target).memberId());

            assertThat(answer.hasHeader()).isFalse();
            assertThat(cluster.node(leader).leaderId())
                    .isEqualTo(cluster.node(target).memberId());
        }
    }

    @Test
    void moveLeader_toTheLeaderItself_answersAtOnce() {
        int leader = cluster.awaitLeader();

        move(leader, cluster.node(leader).memberId());

        assertThat(cluster.node(leader).isLeader()).isTrue();
    }

    @Test
    void moveLeader_askedOfAFollower_isRefused() {
        int leader = cluster.awaitLeader();

        assertThatThrownBy(() -> move((leader + 1) % 3, cluster.node(leader).memberId()))
                .hasMessage("FAILED_PRECONDITION: etcdserver: not leader");
    }

    @Test
    void moveLeader_unknownMember_isRefused() {
        assertThatThrownBy(() -> move(cluster.awaitLeader(), 42))
                .hasMessage("FAILED_PRECONDITION: etcdserver: bad leader transferee");
    }
}
