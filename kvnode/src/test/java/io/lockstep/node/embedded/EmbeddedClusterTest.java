package io.lockstep.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Faults on three real nodes. */
class EmbeddedClusterTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static EmbeddedCluster cluster;

    @BeforeAll
    static void start() {
        cluster = EmbeddedCluster.start(3);
        System.out.println("ready after " + cluster.startupTime().toMillis() + " ms");
    }

    @AfterEach
    void recover() {
        cluster.recover();
    }

    @AfterAll
    static void close() {
        cluster.close();
        assertThat(cluster.directory()).doesNotExist();
    }

    private static int anotherThan(int node) {
        return (node + 1) % 3;
    }

    private static int awaitOtherLeader(int old) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> cluster.leader().isPresent() && cluster.leader().getAsInt() != old);
        return cluster.leader().getAsInt();
    }

    @Test
    void start_threeNodes_answersOnEach() {
        Calls.put(cluster.channel(0), "all", "1");
        for (int node = 0; node < 3; node++) {
            assertThat(Calls.get(cluster.channel(node), "all")).isEqualTo("1");
        }
        assertThat(cluster.endpoints()).hasSize(3).doesNotHaveDuplicates();
        assertThat(Files.exists(cluster.directory())).isTrue();
    }

    @Test
    void isolate_leader_anotherLeadsAndTheOldOneAnswersOnlyStaleReads() {
        Calls.put(cluster.channel(0), "cut", "before");
        int old = cluster.awaitLeader();
        assertThat(Calls.get(cluster.channel(old), "cut")).isEqualTo("before");
        cluster.isolate(old);
        int leader = awaitOtherLeader(old);
        cluster.awaitReady(PATIENCE);
        Calls.put(cluster.channel(leader), "cut", "after");

        long begun = System.nanoTime();
        assertThatThrownBy(() -> Calls.get(cluster.channel(old), "cut"))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("etcdserver: no leader");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(Calls.staleGet(cluster.channel(old), "cut")).isEqualTo("before");

        cluster.heal();
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(Calls.staleGet(cluster.channel(old), "cut")).isEqualTo("after"));
        assertThat(Calls.get(cluster.channel(old), "cut")).isEqualTo("after");
    }

    @Test
    void partition_minorityAndMajority_onlyTheMajorityWrites() {
        cluster.partition(Set.of(0), Set.of(1, 2));
        cluster.awaitLeader();
        cluster.awaitReady(PATIENCE);
        Calls.put(cluster.channel(1), "part", "majority");
        assertThatThrownBy(() -> Calls.put(cluster.channel(0), "part", "minority"))
                .isInstanceOf(StatusRuntimeException.class);
        cluster.heal();
        cluster.awaitReady(PATIENCE);
        assertThat(Calls.get(cluster.channel(0), "part")).isEqualTo("majority");
    }

    @Test
    void pause_leader_anotherLeadsAndTheOldOneFollowsWithoutLoss() {
        int old = cluster.awaitLeader();
        Calls.put(cluster.channel(old), "pause", "1");
        cluster.pause(old);
        CompletableFuture<String> asleep =
                CompletableFuture.supplyAsync(() -> Calls.staleGet(cluster.channel(old), "pause"));
        int leader = awaitOtherLeader(old);
        cluster.awaitReady(PATIENCE);
        Calls.put(cluster.channel(leader), "pause", "2");
        assertThat(asleep).as("a read of the paused node").isNotDone();
        cluster.resume(old);
        await().atMost(PATIENCE).until(asleep::isDone);
        cluster.awaitReady(PATIENCE);
        assertThat(Calls.get(cluster.channel(old), "pause")).isEqualTo("2");
        assertThat(cluster.leader()).isNotEqualTo(OptionalInt.empty());
    }

    @Test
    void kill_leaderDuringPuts_losesNoAcknowledgedWrite() throws Exception {
        int old = cluster.awaitLeader();
        int other = anotherThan(old);
        List<String> acknowledged = new ArrayList<>();
        CompletableFuture<Void> puts = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 400; i++) {
                String key = "kill/" + i;
                try {
                    Calls.put(cluster.channel(other), key, "x");
                    acknowledged.add(key);
                } catch (StatusRuntimeException e) {
                    // Not acknowledged: it may be there or not.
                }
            }
        });
        await().atMost(PATIENCE).until(() -> acknowledged.size() > 50);
        cluster.kill(old);
        assertThatThrownBy(() -> Calls.get(cluster.channel(old), "kill/0"))
                .extracting(e -> Status.fromThrowable(e).getCode())
                .isEqualTo(Status.Code.UNAVAILABLE);
        puts.get(120, TimeUnit.SECONDS);
        cluster.restart(old);
        cluster.awaitReady(PATIENCE);
        assertThat(acknowledged).hasSizeGreaterThan(60);
        for (String key : acknowledged) {
            assertThat(Calls.get(cluster.channel(old), key)).isEqualTo("x");
        }
    }

    @Test
    void stop_andRestart_keepsPortsAndData() {
        Calls.put(cluster.channel(1), "stop", "1");
        List<String> before = cluster.endpoints();
        cluster.stop(1);
        Calls.put(cluster.channel(anotherThan(1)), "stop", "2");
        cluster.restart(1);
        cluster.awaitReady(PATIENCE);
        assertThat(cluster.endpoints()).isEqualTo(before);
        assertThat(Calls.get(cluster.channel(1), "stop")).isEqualTo("2");
    }
}
