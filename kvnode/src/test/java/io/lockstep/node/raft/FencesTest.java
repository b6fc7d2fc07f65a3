package io.lockstep.node.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.alipay.sofa.jraft.util.ThreadPoolsFactory;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.raft.TestCluster.Member;
import io.lockstep.node.raft.snapshot.SnapshotFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a group of three must survive, or stop for. */
class FencesTest {
    @TempDir
    Path directory;

    @Test
    void executorThatRejectsAWakeUp_stopsTheLeaderInsteadOfLeavingAHole() throws Exception {
        RejectingExecutor executor = new RejectingExecutor();
        TestCluster cluster = new TestCluster(directory, 3, 0xdead);
        useForGroup(cluster.nodes.get(0).config().groupId(), executor);
        try (cluster) {
            cluster.startAll();
            cluster.commit("before");
            cluster.awaitSame();
            Member leader = cluster.leader();
            executor.rejectOnce.set(true);
            var lost = leader.propose("lost");
            await().atMost(TestCluster.PATIENCE).until(() -> !executor.rejectOnce.get());
            var next = leader.propose("next");
            await().atMost(TestCluster.PATIENCE).until(() -> !leader.fatals.isEmpty());
            assertThat(leader.fatals.peek()).contains("an entry got lost on its way to the disk");
            assertThat(leader.group.status().role()).isEqualTo(RaftStatus.Role.STOPPED);
            assertThat(lost.isDone() && !lost.isCompletedExceptionally()).isFalse();
            assertThat(next.isDone() && !next.isCompletedExceptionally()).isFalse();
            leader.stop();
            cluster.commit("after");
            cluster.awaitSame();
        }
    }

    @Test
    void groupExecutor_saturated_rejectsNothing() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3, 0xf011).startAll()) {
            cluster.commit("before");
            String group = cluster.nodes.get(0).config().groupId();
            CompletableFuture<Void> release = new CompletableFuture<>();
            for (int i = 0; i < 2_000; i++) {
                ThreadPoolsFactory.runInThread(group, release::join);
            }
            Member leader = cluster.leader();
            var during = leader.propose("during");
            release.complete(null);
            during.get(20, TimeUnit.SECONDS);
            cluster.awaitSame();
            assertThat(cluster.nodes).allMatch(node -> node.fatals.isEmpty());
        }
    }

    @Test
    void exceptionInApply_stopsThatMemberAndNoOther() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            cluster.commit("fine", 10);
            cluster.awaitSame();
            Member leader = cluster.leader();
            leader.state.onApply = value -> {
                if (value.equals("boom")) {
                    throw new IllegalStateException("this entry can't be executed");
                }
            };
            var boom = leader.propose("boom");
            await().atMost(TestCluster.PATIENCE).until(() -> !leader.fatals.isEmpty());
            assertThat(leader.fatals.peek()).contains("applying entry", "this entry can't be executed");
            assertThatThrownBy(() -> boom.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(KvException.Unknown.class);
            assertThat(leader.group.status().role()).isEqualTo(RaftStatus.Role.STOPPED);
            assertThatThrownBy(() -> leader.readIndex().get(5, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(KvException.Failed.class);
            leader.stop();
            cluster.commit("the others go on");
            cluster.awaitSame();
            assertThat(cluster.leader().state.values()).contains("boom");
        }
    }

    @Test
    void wipedDisk_isRefusedUnderItsOldIdentity() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            cluster.commit("a", 10);
            Member victim = cluster.follower();
            victim.stop();
            deleteTree(victim.directory);
            victim.start();
            await().atMost(TestCluster.PATIENCE).until(() -> !victim.fatals.isEmpty());
            assertThat(victim.fatals.peek())
                    .contains("has an empty data directory", "remove the member and add it anew")
                    .doesNotContain("\n");
            assertThat(victim.group.status().role()).isEqualTo(RaftStatus.Role.STOPPED);
            cluster.commit("b");
        }
    }

    @Test
    void founders_comingAndGoingInAnyOrder_foundInTheEnd() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3)) {
            Member first = cluster.nodes.get(0);
            first.start();
            assertThat(first.group.status().role()).isEqualTo(RaftStatus.Role.FOUNDING);
            assertThatThrownBy(() -> first.propose("early", 1).get(1, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(KvException.Failed.class);
            first.stop();
            Member second = cluster.nodes.get(1);
            second.start();
            first.start();
            second.stop();
            cluster.nodes.get(2).start();
            // Two of three would be a majority, but a founder was never seen by the third.
            assertThat(first.group.status().role()).isEqualTo(RaftStatus.Role.FOUNDING);
            second.start();
            cluster.commit("founded");
            cluster.awaitSame();
            assertThat(cluster.nodes).allMatch(node -> node.fatals.isEmpty());
        }
    }

    @Test
    void memberThatWasAwayPastTheLog_catchesUpBySnapshot_butNotByADamagedOne() throws Exception {
        TestCluster cluster = new TestCluster(directory, 3);
        cluster.limits = RaftLimits.DEFAULTS.withTruncationLag(0);
        try (cluster) {
            cluster.startAll();
            cluster.commit("a", 20);
            cluster.awaitSame();
            Member away = cluster.follower();
            away.stop();
            Member leader = cluster.leader();
            cluster.commit("b", 20);
            leader.group.snapshot().get(20, TimeUnit.SECONDS);
            cluster.commit("c", 20);
            leader.group.snapshot().get(20, TimeUnit.SECONDS);
            Path snapshot =
                    SnapshotFiles.newestIn(leader.config().snapshotDirectory()).orElseThrow();
            // The last digit of the last value: were it installed, this member would differ from the others for good.
            Path damaged = SnapshotFiles.checkpointIn(snapshot).resolve("values");
            flipByte(damaged, Files.size(damaged) - 2);

            away.start();
            // The copy is refused at least once, the state untouched and the member alive.
            Path downloads = away.config().snapshotDirectory();
            Path arrived = downloads.resolve("temp").resolve("state").resolve("values");
            await().atMost(TestCluster.PATIENCE)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> away.state.installs > 0
                            || Files.exists(arrived) && arrived.toFile().length() == Files.size(damaged));
            cluster.commit("d", 5);
            assertThat(away.state.installs).isZero();
            assertThat(SnapshotFiles.newestIn(downloads)).isEmpty();

            cluster.leader().group.snapshot().get(20, TimeUnit.SECONDS);
            await().atMost(TestCluster.PATIENCE.multipliedBy(2)).until(() -> away.state.installs > 0);
            cluster.commit("e");
            cluster.awaitSame();
            assertThat(away.state.values()).hasSize(66);
            assertThat(away.fatals).isEmpty();

            // And what was installed starts again.
            away.stop();
            away.start();
            cluster.commit("f");
            cluster.awaitSame();
        }
    }

    @Test
    void snapshots_areTakenByThresholds_andTheLogIsCut() throws Exception {
        TestCluster cluster = new TestCluster(directory, 1);
        cluster.limits = RaftLimits.DEFAULTS.withSnapshotsEvery(1 << 30, 50).withTruncationLag(10);
        try (cluster) {
            cluster.startAll();
            Member node = cluster.nodes.get(0);
            cluster.commit("a", 60);
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> SnapshotFiles.newestIn(node.config().snapshotDirectory())
                            .isPresent());
            long firstIndex = SnapshotFiles.indexOf(
                    SnapshotFiles.newestIn(node.config().snapshotDirectory()).orElseThrow());
            cluster.commit("b", 60);
            // Only an entry asks for a snapshot, and not while one is still being saved: entries go on.
            AtomicInteger more = new AtomicInteger();
            await().atMost(TestCluster.PATIENCE).until(() -> {
                cluster.commit("more" + more.incrementAndGet());
                return SnapshotFiles.indexOf(
                                SnapshotFiles.newestIn(node.config().snapshotDirectory())
                                        .orElseThrow())
                        > firstIndex;
            });
            node.stop();
            node.start();
            cluster.commit("c");
            assertThat(node.state.values()).hasSize(121 + more.get());
        }
    }

    @Test
    void leaderThatCloses_handsOverFirst() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            cluster.commit("a");
            cluster.awaitSame();
            Member old = cluster.leader();
            long term = old.group.status().term();
            old.stop();
            Member next = cluster.leader();
            assertThat(next.group.status().term()).isEqualTo(term + 1);
            cluster.commit("b");
        }
    }

    @Test
    void proposal_ofAnotherTermOrTooLarge_definitelyFails() throws Exception {
        TestCluster cluster = new TestCluster(directory, 1);
        cluster.limits = new RaftLimits(1_000, 64 << 20, 1 << 30, 1_000, 10, 100);
        try (cluster) {
            cluster.startAll();
            Member leader = cluster.leader();
            assertThatThrownBy(() -> leader.propose("x", leader.leaderTerm + 1).get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            KvException.Failed.class, e -> assertThat(e.error()).isEqualTo(KvError.LEADER_CHANGED));
            assertThatThrownBy(() -> leader.propose("x".repeat(1_001)).get(5, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            KvException.Failed.class, e -> assertThat(e.error()).isEqualTo(KvError.REQUEST_TOO_LARGE));
        }
    }

    @Test
    void leaderWithoutItsMajority_answersNoReadAndLosesNothing() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 3).startAll()) {
            cluster.commit("a");
            cluster.awaitSame();
            Member leader = cluster.leader();
            cluster.nodes.stream().filter(node -> node != leader).forEach(Member::stop);
            assertThatThrownBy(() -> leader.readIndex().get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(KvException.Failed.class);
            await().atMost(TestCluster.PATIENCE)
                    .until(() -> leader.group.status().role() != RaftStatus.Role.LEADER);
            assertThat(leader.events).contains("stop");
        }
    }

    private static final class RejectingExecutor extends ThreadPoolExecutor {
        private final AtomicBoolean rejectOnce = new AtomicBoolean();

        RejectingExecutor() {
            super(16, 16, 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                Thread thread = new Thread(task, "rejecting");
                thread.setDaemon(true);
                return thread;
            });
        }

        @Override
        public void execute(Runnable task) {
            boolean wakesReplicators = Thread.currentThread().getName().contains("NodeImpl-Disruptor");
            if (wakesReplicators && rejectOnce.compareAndSet(true, false)) {
                throw new RejectedExecutionException("injected: the pool is full");
            }
            super.execute(task);
        }
    }

    /** As if the registry had registered it: JRaft takes one executor per group and JVM. */
    @SuppressWarnings("unchecked")
    private static void useForGroup(String groupId, ThreadPoolExecutor executor) throws ReflectiveOperationException {
        ThreadPoolsFactory.registerThreadPool(groupId, executor);
        var field = JvmRegistry.class.getDeclaredField("executors");
        field.setAccessible(true);
        ((Set<String>) field.get(JvmRegistry.INSTANCE)).add(groupId);
    }

    private static void flipByte(Path path, long position) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(position);
            int value = file.read();
            file.seek(position);
            file.write(value ^ 0x01);
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
