package io.lockstep.node.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.election.CampaignRequest;
import io.lockstep.api.election.CampaignResponse;
import io.lockstep.api.election.ElectionGrpc;
import io.lockstep.api.lock.LockGrpc;
import io.lockstep.api.lock.LockRequest;
import io.lockstep.api.lock.LockResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What queues for locks and elections do beyond what a real etcd can be compared in; on three nodes. */
class RecipesTest {
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

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static long grant() {
        return LeaseGrpc.newBlockingStub(cluster.channel(0))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build())
                .getID();
    }

    private static void revoke(long lease) {
        var unused = LeaseGrpc.newBlockingStub(cluster.channel(0))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
    }

    private static ListenableFuture<LockResponse> lock(int node, String name, long lease) {
        return LockGrpc.newFutureStub(cluster.channel(node))
                .lock(LockRequest.newBuilder()
                        .setName(bytes(name))
                        .setLease(lease)
                        .build());
    }

    private static ListenableFuture<CampaignResponse> campaign(int node, String name, long lease) {
        return ElectionGrpc.newFutureStub(cluster.channel(node))
                .campaign(CampaignRequest.newBuilder()
                        .setName(bytes(name))
                        .setLease(lease)
                        .build());
    }

    private static <T> T done(ListenableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static long keysBelow(String name) {
        return Calls.kv(cluster.channel(0))
                .range(RangeRequest.newBuilder()
                        .setKey(bytes(name + "/"))
                        .setRangeEnd(bytes(name + "0"))
                        .build())
                .getCount();
    }

    @Test
    void candidateWhoseLeaseEnds_isNotToldThatItLeads() throws Exception {
        long first = grant();
        long second = grant();
        var unused = done(campaign(0, "ends", first));
        ListenableFuture<CampaignResponse> waiting = campaign(1, "ends", second);
        await().atMost(PATIENCE).until(() -> keysBelow("ends") == 2);
        revoke(second);
        revoke(first);
        assertThatThrownBy(() -> done(waiting)).hasMessageContaining("UNKNOWN: mutex: session is expired");
    }

    @Test
    void waitersOnEveryNode_haveTheirTurnsInOrder() throws Exception {
        List<Long> leases = new ArrayList<>();
        List<ListenableFuture<LockResponse>> waiting = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            leases.add(grant());
            waiting.add(lock(i % 3, "turns", leases.get(i)));
            int queued = i + 1;
            await().atMost(PATIENCE).until(() -> keysBelow("turns") == queued);
        }
        for (int i = 0; i < 9; i++) {
            var unused = done(waiting.get(i));
            assertThat(waiting.subList(i + 1, 9)).noneMatch(ListenableFuture::isDone);
            revoke(leases.get(i));
        }
    }

    @Test
    void caller_thatIsGone_leavesTheQueue() throws Exception {
        long first = grant();
        long second = grant();
        var unused = done(lock(0, "leaves", first));
        ListenableFuture<LockResponse> waiting = lock(1, "leaves", second);
        await().atMost(PATIENCE).until(() -> keysBelow("leaves") == 2);
        waiting.cancel(true);
        await().atMost(PATIENCE).until(() -> keysBelow("leaves") == 1);
    }

    @Test
    void wait_outlastsTheTimeLimitOfOtherCalls() throws Exception {
        long first = grant();
        long second = grant();
        LockResponse held = done(lock(0, "long", first));
        ListenableFuture<LockResponse> waiting = lock(1, "long", second);
        long begun = System.nanoTime();
        await().atMost(PATIENCE).until(() -> System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(9));
        assertThat(waiting).isNotDone();
        revoke(first);
        assertThat(done(waiting).getKey()).isNotEqualTo(held.getKey());
    }

    @Test
    void lock_onANodeWithoutALeader_isUnavailable() {
        long lease = grant();
        int left = (cluster.awaitLeader() + 1) % 3;
        cluster.isolate(left);
        assertThatThrownBy(() -> done(lock(left, "cut", lease)))
                .satisfies(failure ->
                        assertThat(Status.fromThrowable(failure).getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }
}
