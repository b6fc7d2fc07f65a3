package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.lockstep.api.RangeResponse;
import io.lockstep.node.embedded.EmbeddedCluster;
import io.lockstep.node.junit.Lockstep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client on three real nodes in this JVM, under faults. */
@Lockstep(nodes = 3)
@Timeout(120)
class RealClusterTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final EmbeddedCluster cluster;

    RealClusterTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static String value(RangeResponse answer) {
        return answer.getKvsCount() == 0 ? "" : answer.getKvs(0).getValue().toStringUtf8();
    }

    private KvClient clientOf(int... nodes) {
        return KvClient.builder()
                .endpoints(IntStream.of(nodes).mapToObj(cluster::endpoint).toArray(String[]::new))
                .build();
    }

    private KvClient clientOfAll() {
        return KvClient.builder()
                .endpoints(cluster.endpoints().toArray(String[]::new))
                .build();
    }

    private static int anotherThan(int node) {
        return (node + 1) % 3;
    }

    @Test
    void putGetTxn_overEachMember_seeTheSame() {
        for (int node = 0; node < 3; node++) {
            String key = "any/" + node;
            try (KvClient writer = clientOf(node);
                    KvClient reader = clientOf(anotherThan(node))) {
                writer.sync().put(key, "1");
                assertThat(value(reader.sync().get(key))).isEqualTo("1");
                Txn swap =
                        Txn.when(Compare.value(bytes(key)).equalTo(bytes("1"))).then(Op.put(bytes(key), bytes("2")));
                assertThat(reader.sync().commit(swap).getSucceeded()).isTrue();
                assertThat(writer.sync().commit(swap).getSucceeded()).isFalse();
                assertThat(value(writer.sync().get(key))).isEqualTo("2");
            }
        }
    }

    @Test
    void channels_inProcess_doTheSameWithoutTcp() {
        List<Channel> channels =
                IntStream.range(0, 3).mapToObj(cluster::channel).toList();
        try (KvClient client = KvClient.builder().channels(channels).build()) {
            client.sync().put("in-process", "1");
            assertThat(value(client.sync().get("in-process"))).isEqualTo("1");
        }
    }

    @Test
    void puts_whileTheLeaderIsKilled_loseNothingThatWasAcknowledged() {
        ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
        List<ClientException> failures = new ArrayList<>();
        try (KvClient client = clientOfAll()) {
            CompletableFuture<Void> puts = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 300; i++) {
                    String key = "failover/" + i;
                    try {
                        client.sync().put(key, key);
                        acknowledged.add(key);
                    } catch (ClientException e) {
                        failures.add(e);
                    }
                }
            });
            await().atMost(PATIENCE).until(() -> acknowledged.size() > 20);
            int old = cluster.awaitLeader();
            cluster.kill(old);
            puts.orTimeout(90, TimeUnit.SECONDS).join();
            // Of one put at a time, only the one under way may be lost sight of; the others are tried elsewhere.
            assertThat(failures).allMatch(UnknownOutcome.class::isInstance).hasSizeLessThanOrEqualTo(2);
            cluster.restart(old);
            cluster.awaitReady(PATIENCE);
            try (KvClient restarted = clientOf(old)) {
                for (String key : acknowledged) {
                    assertThat(value(restarted.sync().get(key))).isEqualTo(key);
                }
            }
        }
    }

    @Test
    void isolatedMember_answersStaleAndRefusesTheRest() {
        int cut = anotherThan(cluster.awaitLeader());
        try (KvClient alone = clientOf(cut).withTimeout(Duration.ofSeconds(6));
                KvClient others = clientOf(anotherThan(cut), anotherThan(anotherThan(cut)))) {
            others.sync().put("isolated", "before");
            assertThat(value(alone.sync().get("isolated"))).isEqualTo("before");
            cluster.isolate(cut);
            others.sync().put("isolated", "after");
            assertThat(value(others.sync().get("isolated"))).isEqualTo("after");

            RangeResponse stale = alone.sync().get("isolated", Consistency.stale());
            assertThat(value(stale)).isEqualTo("before");
            assertThat(Served.of(stale).staleness()).isPresent();
            await().atMost(PATIENCE)
                    .until(() -> Served.of(alone.sync().get("isolated", Consistency.stale()))
                                    .staleness()
                                    .orElseThrow()
                                    .compareTo(Duration.ofMillis(400))
                            > 0);
            assertThatThrownBy(() -> alone.sync().get("isolated", Consistency.atMost(Duration.ofMillis(300))))
                    .isInstanceOf(DefiniteFailure.class)
                    .hasMessageContaining("lockstep: this member lags more than was asked for");
            // Told by the member, not by a clock of the client's.
            assertThatThrownBy(() -> alone.sync().get("isolated"))
                    .isInstanceOf(DefiniteFailure.class)
                    .hasMessageContaining("etcdserver: no leader");

            cluster.heal();
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(ClientException.class)
                    .until(() -> value(alone.sync().get("isolated")).equals("after"));
        }
    }

    @Test
    void session_overMembersThatLagDieAndComeBack_neverGoesBack() {
        int leader = cluster.awaitLeader();
        int lagging = anotherThan(leader);
        int dying = anotherThan(lagging);
        try (KvClient writers = clientOf(leader, dying);
                KvClient laggard = clientOf(lagging)) {
            Session session = writers.session();
            Session elsewhere = laggard.session();
            session.put(bytes("session"), bytes("1")).join();
            elsewhere.follow(session.token());
            assertThat(value(elsewhere.get(bytes("session")).join())).isEqualTo("1");

            cluster.isolate(lagging);
            session.put(bytes("session"), bytes("2")).join();
            elsewhere.follow(session.token());
            CompletableFuture<RangeResponse> waits = elsewhere.get(bytes("session"));
            cluster.heal();
            assertThat(value(awaited(waits, elsewhere))).isEqualTo("2");

            cluster.kill(dying);
            session.put(bytes("session"), bytes("3")).join();
            cluster.restart(dying);
            try (KvClient back = clientOf(dying)) {
                Session after = back.session(session.token());
                assertThat(value(awaited(after.get(bytes("session")), after))).isEqualTo("3");
            }
        }
    }

    /** A member that was cut off or just started may refuse for a moment; what it answers must be right. */
    private static RangeResponse awaited(CompletableFuture<RangeResponse> first, Session session) {
        CompletableFuture<RangeResponse> read = first;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return read.join();
            } catch (java.util.concurrent.CompletionException e) {
                if (!(e.getCause() instanceof DefiniteFailure) || System.nanoTime() - deadline > 0) {
                    throw e;
                }
                read = session.get(bytes("session"));
            }
        }
    }
}
