package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Leases that the client keeps alive, on three real nodes. */
class LeasesTest extends OnThreeNodes {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration TTL = Duration.ofSeconds(2);

    LeasesTest(EmbeddedCluster cluster) {
        super(cluster);
    }

    private void attach(String key, Lease lease) {
        var unused =
                client.sync().put(ByteString.copyFromUtf8(key), ByteString.EMPTY, PutOptions.DEFAULT.lease(lease.id()));
    }

    private boolean isThere(String key) {
        return client.sync().get(key).getKvsCount() == 1;
    }

    private static void pass(Duration time) {
        long begun = System.nanoTime();
        await().atMost(PATIENCE).until(() -> System.nanoTime() - begun > time.toNanos());
    }

    @Test
    void openLease_outlivesItsTtlUntilItIsClosed() {
        Lease lease = client.sync().openLease(TTL);
        attach("open", lease);
        pass(TTL.multipliedBy(2));
        assertThat(lease.isAlive()).isTrue();
        assertThat(lease.lost()).isNotDone();
        assertThat(isThere("open")).isTrue();
        lease.close();
        assertThat(lease.isAlive()).isFalse();
        assertThat(isThere("open")).isFalse();
        assertThat(client.sync().leaseTimeToLive(lease.id(), false).getTTL()).isEqualTo(-1);
    }

    @Test
    void openLease_survivesTheLossOfTheNodeThatItIsKeptAliveAt() {
        try (Lease lease = client.sync().openLease(Duration.ofSeconds(6))) {
            attach("survives", lease);
            int old = cluster.awaitLeader();
            cluster.kill(old);
            pass(Duration.ofSeconds(8));
            assertThat(lease.isAlive()).isTrue();
            assertThat(isThere("survives")).isTrue();
            cluster.restart(old);
        }
    }

    @Test
    void leaseThatIsRevokedElsewhere_isLost() {
        try (Lease lease = client.sync().openLease(TTL)) {
            var unused = client.sync().revokeLease(lease.id());
            await().atMost(PATIENCE).until(() -> lease.lost().isDone());
            assertThat(lease.isAlive()).isFalse();
        }
    }

    @Test
    void leaseThatNobodyAnswersFor_isNoLongerAliveAfterItsTtl() {
        Lease lease = client.sync().openLease(TTL);
        long begun = System.nanoTime();
        cluster.partition(Set.of(0), Set.of(1), Set.of(2));
        await().atMost(PATIENCE).until(() -> lease.lost().isDone());
        assertThat(lease.isAlive()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofSeconds(1));
        cluster.heal();
        cluster.awaitReady(PATIENCE);
        lease.close();
    }

    @Test
    void leaseThatIsLeft_endsByItself() {
        Lease lease = client.sync().openLease(TTL);
        attach("left", lease);
        lease.leave();
        await().atMost(PATIENCE).until(() -> !isThere("left"));
    }

    @Test
    void manyLeases_shareOneStream() {
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            leases.add(client.sync().openLease(TTL));
        }
        pass(TTL.multipliedBy(2));
        assertThat(leases).allMatch(Lease::isAlive);
        assertThat(client.sync().listLeases().getLeasesCount()).isGreaterThanOrEqualTo(200);
        leases.forEach(Lease::close);
    }

    @Test
    void closedClient_keepsNothingAlive() {
        Lease lease;
        try (KvClient another = KvClient.builder()
                .endpoints(cluster.endpoints().toArray(String[]::new))
                .build()) {
            lease = another.sync().openLease(TTL);
        }
        assertThat(lease.isAlive()).isFalse();
        assertThat(lease.lost()).isDone();
        await().atMost(PATIENCE)
                .until(() -> client.sync().leaseTimeToLive(lease.id(), false).getTTL() == -1);
    }

    @Test
    void wrongLeases_areDefiniteFailures() {
        assertThatThrownBy(() -> client.sync().revokeLease(4711))
                .isInstanceOf(DefiniteFailure.class)
                .hasMessageContaining("etcdserver: requested lease not found");
        assertThatThrownBy(() -> client.sync().grantLease(9_000_000_001L, 0))
                .isInstanceOf(DefiniteFailure.class)
                .hasMessageContaining("etcdserver: too large lease TTL");
        assertThat(client.sync().keepAliveOnce(4711).getTTL()).isZero();
        assertThat(TimeUnit.SECONDS.toMillis(client.sync().grantLease(1, -9).getTTL()))
                .isPositive();
        var unused = client.sync().revokeLease(-9);
    }
}
