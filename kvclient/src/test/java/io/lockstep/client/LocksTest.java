package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Locks and elections on three real nodes. */
class LocksTest extends OnThreeNodes {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration TTL = Duration.ofSeconds(5);

    LocksTest(EmbeddedCluster cluster) {
        super(cluster);
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    @Test
    void lock_isHeldByOneAtATime() {
        AtomicInteger holders = new AtomicInteger();
        AtomicInteger turns = new AtomicInteger();
        List<CompletableFuture<Void>> all = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(CompletableFuture.runAsync(() -> {
                try (Lease lease = client.sync().openLease(TTL);
                        Lock lock = client.sync().lock("one", lease, PATIENCE)) {
                    assertThat(holders.incrementAndGet()).isEqualTo(1);
                    assertThat(lock.isHeld()).isTrue();
                    assertThat(client.sync()
                                    .commit(Txn.when(lock.held()).then(Op.put(bytes("under"), bytes("lock"))))
                                    .getSucceeded())
                            .isTrue();
                    turns.incrementAndGet();
                    holders.decrementAndGet();
                }
            }));
        }
        all.forEach(CompletableFuture::join);
        assertThat(turns).hasValue(8);
    }

    @Test
    void lockOfAHolderThatIsGone_isFreeAfterItsLease() {
        Lease gone = client.sync().openLease(TTL);
        var unused = client.sync().lock("gone", gone, PATIENCE);
        gone.leave();
        try (Lease lease = client.sync().openLease(TTL);
                Lock lock = client.sync().lock("gone", lease, PATIENCE)) {
            assertThat(lock.isHeld()).isTrue();
            assertThat(gone.isAlive()).isFalse();
        }
    }

    @Test
    void waitThatIsOver_givesItsPlaceUp() {
        try (Lease lease = client.sync().openLease(TTL);
                Lease other = client.sync().openLease(TTL);
                Lock lock = client.sync().lock("over", lease, PATIENCE)) {
            assertThatThrownBy(() -> client.sync().lock("over", other, Duration.ofMillis(500)))
                    .isInstanceOf(ClientException.class);
            await().atMost(PATIENCE)
                    .until(() -> client.sync()
                                    .get(bytes("over/"), GetOptions.DEFAULT.withPrefix())
                                    .getCount()
                            == 1);
            assertThat(lock.isHeld()).isTrue();
        }
    }

    @Test
    void waitAtANodeThatDies_goesOnAtAnother() {
        try (Lease lease = client.sync().openLease(Duration.ofSeconds(15));
                Lease other = client.sync().openLease(Duration.ofSeconds(15));
                Lock lock = client.sync().lock("dies", lease, PATIENCE)) {
            CompletableFuture<Lock> waiting = client.locks().acquire(bytes("dies"), other, PATIENCE);
            await().atMost(PATIENCE)
                    .until(() -> client.sync()
                                    .get(bytes("dies/"), GetOptions.DEFAULT.withPrefix())
                                    .getCount()
                            == 2);
            cluster.kill(0);
            assertThat(waiting).isNotDone();
            lock.close();
            assertThat(waiting.join().isHeld()).isTrue();
            cluster.restart(0);
        }
    }

    @Test
    void election_hasOneLeaderAndObserversSeeThemAll() {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (Lease first = client.sync().openLease(TTL);
                Lease second = client.sync().openLease(TTL);
                Observer observer = client.elections()
                        .observe(
                                bytes("who"),
                                leader -> seen.add(leader.getKv().getValue().toStringUtf8()))) {
            assertThat(client.sync().electedLeader("who")).isEmpty();
            Leadership one = client.sync().campaign("who", "one", first, PATIENCE);
            await().atMost(PATIENCE).until(() -> seen.contains("one"));
            var unused = one.proclaim(bytes("uno")).join();
            CompletableFuture<Leadership> two =
                    client.elections().campaign(bytes("who"), bytes("two"), second, PATIENCE);
            await().atMost(PATIENCE).until(() -> seen.contains("uno"));
            assertThat(client.sync().electedLeader("who").orElseThrow().getValue())
                    .isEqualTo(bytes("uno"));
            assertThat(two).isNotDone();
            assertThat(one.isLeader()).isTrue();
            one.close();
            assertThat(two.join().isLeader()).isTrue();
            await().atMost(PATIENCE).until(() -> seen.contains("two"));
            assertThat(seen).containsExactly("one", "uno", "two");
            assertThat(one.isLeader()).isFalse();
            assertThatThrownBy(() -> one.proclaim(bytes("late")).join()).hasMessageContaining("election: not leader");
            assertThat(client.sync()
                            .commit(Txn.when(one.leads()).then(Op.put(bytes("late"), bytes("1"))))
                            .getSucceeded())
                    .isFalse();
        }
    }
}
