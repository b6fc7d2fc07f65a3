package io.lockstep.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseLeasesRequest;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.LeaseStatus;
import io.lockstep.api.LeaseTimeToLiveRequest;
import io.lockstep.api.LeaseTimeToLiveResponse;
import io.lockstep.api.PutRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Leases on three real nodes. */
class LeaseTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static EmbeddedCluster cluster;

    @BeforeAll
    static void start() {
        cluster = EmbeddedCluster.start(3);
    }

    @AfterEach
    void recover() {
        cluster.recover();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    private static LeaseGrpc.LeaseBlockingStub leases(int node) {
        return LeaseGrpc.newBlockingStub(cluster.channel(node)).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private static LeaseGrantResponse grant(int node, long ttlSeconds) {
        return leases(node)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).build());
    }

    private static void attach(int node, String key, long lease) {
        var unused = Calls.kv(cluster.channel(node))
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setLease(lease)
                        .build());
    }

    private static LeaseTimeToLiveResponse timeToLive(int node, long lease) {
        return leases(node)
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(lease)
                        .setKeys(true)
                        .build());
    }

    private static boolean isThere(int node, String key) {
        return Calls.kv(cluster.channel(node)).range(Calls.range(key).build()).getKvsCount() == 1;
    }

    /** Seconds that the lease lives from now; 0: it is not there. */
    private static long keepAlive(int node, long lease) {
        return KeepAliveStream.open(cluster.channel(node)).once(lease).getTTL();
    }

    @Test
    void keepAlive_letsALeaseOutliveItsTtl() {
        LeaseGrantResponse granted = grant(0, 1);
        attach(0, "alive", granted.getID());
        long ttl = granted.getTTL();
        long begun = System.nanoTime();
        try (KeepAliveStream stream = KeepAliveStream.open(cluster.channel(1))) {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(200)).until(() -> {
                assertThat(stream.once(granted.getID()).getTTL()).isEqualTo(ttl);
                return System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(3 * ttl);
            });
        }
        assertThat(isThere(2, "alive")).isTrue();
        await().atMost(PATIENCE).until(() -> !isThere(2, "alive"));
    }

    @Test
    void keepAlive_ofALeaseThatIsNotThere_isAnsweredWithNoTime() {
        try (KeepAliveStream stream = KeepAliveStream.open(cluster.channel(0))) {
            assertThat(stream.once(4711).getTTL()).isZero();
            long lease = grant(0, 60).getID();
            assertThat(stream.once(lease).getTTL()).isEqualTo(60);
            assertThat(stream.once(lease).getHeader().getRevision()).isPositive();
        }
    }

    /** etcd #20616: a success after the revoke. */
    @Test
    void keepAlive_afterARevokeThatWasAcknowledged_neverSucceeds() {
        for (int round = 0; round < 20; round++) {
            long lease = grant(round % 3, 60).getID();
            try (KeepAliveStream stream = KeepAliveStream.open(cluster.channel((round + 1) % 3))) {
                assertThat(stream.once(lease).getTTL()).isEqualTo(60);
                var unused = leases(round % 3)
                        .leaseRevoke(
                                LeaseRevokeRequest.newBuilder().setID(lease).build());
                assertThat(stream.once(lease).getTTL()).isZero();
            }
        }
    }

    @Test
    void keepAlivesOfManyLeases_onOneStream_areAllAnswered() {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            ids.add(grant(0, 60).getID());
        }
        try (KeepAliveStream stream = KeepAliveStream.open(cluster.channel(2))) {
            ids.forEach(stream::send);
            List<Long> answered = new ArrayList<>();
            ids.forEach(id -> answered.add(stream.next().getID()));
            assertThat(answered).containsExactlyElementsOf(ids);
        }
    }

    /** etcd #15247, #17465: a leader that is stuck while others renew must end nothing when it wakes up. */
    @Test
    void leaderThatWasStuck_endsNoLeaseThatOthersKeptAlive() {
        LeaseGrantResponse granted = grant(0, 2);
        attach(0, "stuck", granted.getID());
        int old = cluster.awaitLeader();
        int another = (old + 1) % 3;
        assertThat(keepAlive(old, granted.getID())).isPositive();
        cluster.pause(old);
        long begun = System.nanoTime();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.leader().isPresent() && cluster.leader().getAsInt() != old);
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
            assertThat(keepAlive(another, granted.getID())).isEqualTo(2);
            return System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(4);
        });
        cluster.resume(old);
        long woken = System.nanoTime();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
            assertThat(keepAlive(another, granted.getID())).isEqualTo(2);
            return System.nanoTime() - woken > TimeUnit.SECONDS.toNanos(3);
        });
        assertThat(isThere(another, "stuck")).isTrue();
    }

    @Test
    void keepAlive_whileNobodyLeads_isToldUnavailable() {
        long lease = grant(0, 60).getID();
        int leader = cluster.awaitLeader();
        int left = (leader + 1) % 3;
        cluster.isolate(left);
        try (KeepAliveStream stream = KeepAliveStream.open(cluster.channel(left))) {
            stream.send(lease);
            assertThat(stream.failure().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
        cluster.heal();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(keepAlive(left, lease)).isEqualTo(60));
    }

    @Test
    void lease_thatNobodyKeepsAlive_endsWithItsKeysOnEveryMember() {
        LeaseGrantResponse granted = grant(0, 1);
        assertThat(granted.getID()).isPositive();
        assertThat(granted.getTTL()).isBetween(1L, 2L);
        long begun = System.nanoTime();
        attach(1, "ends", granted.getID());
        assertThat(timeToLive(2, granted.getID()).getKeysList()).containsExactly(ByteString.copyFromUtf8("ends"));
        assertThat(timeToLive(1, granted.getID()).getGrantedTTL()).isEqualTo(granted.getTTL());
        await().atMost(PATIENCE).until(() -> !isThere(2, "ends"));
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isGreaterThan(Duration.ofSeconds(granted.getTTL()).minusMillis(500));
        LeaseTimeToLiveResponse gone = timeToLive(0, granted.getID());
        assertThat(gone.getTTL()).isEqualTo(-1);
        assertThat(gone.getGrantedTTL()).isZero();
        assertThat(gone.getID()).isEqualTo(granted.getID());
    }

    @Test
    void revoke_ofALeaseWithKeys_deletesThemInOneRevision() {
        long lease = grant(0, 60).getID();
        attach(0, "r/b", lease);
        attach(0, "r/a", lease);
        long before = Calls.put(cluster.channel(0), "other", "1");
        long after = leases(1)
                .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build())
                .getHeader()
                .getRevision();
        assertThat(after).isEqualTo(before + 1);
        assertThat(isThere(0, "r/a") || isThere(0, "r/b")).isFalse();
        assertThatThrownBy(() -> leases(2)
                        .leaseRevoke(
                                LeaseRevokeRequest.newBuilder().setID(lease).build()))
                .hasMessage("NOT_FOUND: etcdserver: requested lease not found");
    }

    @Test
    void leases_areListedInTheOrderOfTheirEnds() {
        List<Long> ids = new ArrayList<>();
        for (long ttl : List.of(300, 100, 200)) {
            ids.add(grant(0, ttl).getID());
        }
        assertThat(leases(1).leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList().stream()
                        .map(LeaseStatus::getID)
                        .filter(ids::contains))
                .containsExactly(ids.get(1), ids.get(2), ids.get(0));
    }

    @Test
    void remainingTime_survivesTheLossOfTheLeader() {
        long lease = grant(0, 12).getID();
        attach(0, "survives", lease);
        long begun = System.nanoTime();
        await().atMost(PATIENCE).until(() -> timeToLive(0, lease).getTTL() <= 9);
        int old = cluster.awaitLeader();
        cluster.kill(old);
        int another = (old + 1) % 3;
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.leader().isPresent() && cluster.leader().getAsInt() != old);
        long lived = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        assertThat(timeToLive(another, lease).getTTL()).isCloseTo(12 - lived, within(2L));
        await().atMost(PATIENCE).until(() -> !isThere(another, "survives"));
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofMillis(11_500), Duration.ofSeconds(17));
    }
}
