package io.lockstep.node.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmResponse;
import io.lockstep.api.AlarmType;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.HashKVRequest;
import io.lockstep.api.HashKVResponse;
import io.lockstep.api.MemberListRequest;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.node.error.KvError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The services without a transport. */
class ServiceTableTest {
    private static final PutRequest PUT =
            PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
    private static final RangeRequest GET =
            RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
    private static final RangeRequest SCAN =
            GET.toBuilder().setRangeEnd(ByteString.copyFromUtf8("z")).build();
    private static final RangeRequest LOCAL_SCAN =
            SCAN.toBuilder().setSerializable(true).build();

    private final FakeNode node = new FakeNode();
    private final ServiceTable table = table(RpcLimits.defaults(), Runnable::run);

    @Test
    void everyMethodOfTheApi_isServed() {
        assertThat(table.services().stream()
                        .flatMap(service -> service.getMethods().stream())
                        .map(MethodDescriptor::getFullMethodName)
                        .filter(name -> table.find(name) == null && table.findStream(name) == null))
                .isEmpty();
    }

    @Test
    void put_cancelledBefore_isNotProposed() {
        RpcCall gone = call();
        gone.cancel();

        assertThat(errorOf(call("etcdserverpb.KV/Put", PUT, gone))).isEqualTo(KvError.CANCELLED.text());
        assertThat(node.proposed).isEmpty();
    }

    @Test
    void put_expiredBefore_isNotProposed() {
        RpcCall late = RpcCall.begin(0, TimeUnit.SECONDS.toNanos(7));

        assertThat(errorOf(call("etcdserverpb.KV/Put", PUT, late))).isEqualTo(KvError.TIMEOUT.text());
        assertThat(node.proposed).isEmpty();
    }

    @Test
    void put_cancelledWhileWaiting_letsItsProposalGo() {
        node.silent = true;
        RpcCall leaving = call();
        CompletableFuture<?> answer = call("etcdserverpb.KV/Put", PUT, leaving);
        assertThat(answer).isNotDone();

        leaving.cancel();

        assertThat(node.unanswered.get(0)).isCancelled();
        assertThat(answer).isCompletedExceptionally();
    }

    /** I14: a pause between any two steps may only make the reported staleness larger. */
    @Test
    void staleness_isTakenInAnOrderThatNoPauseMakesALie() {
        for (RangeRequest read : List.of(
                LOCAL_SCAN,
                GET.toBuilder().setSerializable(true).build(),
                GET.toBuilder().setMaxStalenessMillis(500).build(),
                GET.toBuilder().setMinRevision(1).build())) {
            node.steps.clear();
            assertThat(call("etcdserverpb.KV/Range", read, call())).isCompleted();
            assertThat(node.steps).as(read.toString()).containsExactly("proof", "view", "now");
        }
    }

    @Test
    void scan_goneOrLateBehindTheQueue_isNotRead() {
        List<Runnable> queue = new ArrayList<>();
        ServiceTable queued = table(RpcLimits.defaults(), queue::add);
        RpcCall gone = call();
        CompletableFuture<?> first = call(queued, "etcdserverpb.KV/Range", LOCAL_SCAN, gone);
        CompletableFuture<?> second =
                call(queued, "etcdserverpb.KV/Range", LOCAL_SCAN, RpcCall.begin(0, TimeUnit.SECONDS.toNanos(7)));
        gone.cancel();
        queue.forEach(Runnable::run);

        assertThat(errorOf(first)).isEqualTo(KvError.CANCELLED.text());
        assertThat(errorOf(second)).isEqualTo(KvError.TIMEOUT.text());
    }

    private ServiceTable table(RpcLimits limits, Executor pool) {
        return new ServiceTable(node.services(), limits, new OpenCalls(limits), pool, node.health());
    }

    @Test
    void scan_queuedForTooLong_isRefusedAndNotRead() {
        List<Runnable> queue = new ArrayList<>();
        RpcLimits impatient = new RpcLimits(
                1 << 20,
                128,
                Duration.ofSeconds(7),
                1,
                1,
                Duration.ZERO,
                100,
                100,
                1 << 20,
                100,
                Duration.ofSeconds(3),
                Duration.ofMinutes(5));
        CompletableFuture<?> scan = call(table(impatient, queue::add), "etcdserverpb.KV/Range", LOCAL_SCAN, call());
        queue.forEach(Runnable::run);

        assertThat(errorOf(scan)).isEqualTo(KvError.TOO_MANY_REQUESTS.text());
    }

    @Test
    void read_whileAnswersOfOthersFillTheMemory_isRefused() {
        RpcLimits limits = RpcLimits.defaults();
        OpenCalls openCalls = new OpenCalls(limits);
        ServiceTable full = new ServiceTable(node.services(), limits, openCalls, Runnable::run, node.health());
        openCalls.hold(limits.maxAnswerBytes());
        assertThat(errorOf(call(full, "etcdserverpb.KV/Range", GET, call())))
                .isEqualTo(KvError.TOO_MANY_REQUESTS.text());
        openCalls.release(limits.maxAnswerBytes());
        assertThat(call(full, "etcdserverpb.KV/Range", GET, call())).isCompleted();
    }

    @Test
    void scan_queueFull_refusedAndPointReadStillAnswered() {
        ServiceTable full = table(RpcLimits.defaults(), task -> {
            throw new RejectedExecutionException();
        });

        assertThat(errorOf(call(full, "etcdserverpb.KV/Range", SCAN, call())))
                .isEqualTo("etcdserver: too many requests");
        assertThat(call(full, "etcdserverpb.KV/Range", GET, call())).isCompleted();
    }

    @Test
    void range_failing_releasesItsView() {
        RangeRequest future = GET.toBuilder().setRevision(100).build();

        assertThat(errorOf(call("etcdserverpb.KV/Range", future, call()))).isEqualTo(KvError.FUTURE_REVISION.text());
        assertThat(node.viewsHeld).hasValue(0);
    }

    @Test
    void txn_onlyReading_takesTheReadPathAndMayLagIfItsRangesMay() throws Exception {
        call("etcdserverpb.KV/Put", PUT, call()).get();
        node.proposed.clear();
        TxnRequest reading = TxnRequest.newBuilder()
                .addSuccess(RequestOp.newBuilder().setRequestRange(GET))
                .build();
        TxnResponse response =
                (TxnResponse) call("etcdserverpb.KV/Txn", reading, call()).get();
        assertThat(node.gates).hasValue(1);
        assertThat(response.getHeader().getRevision()).isEqualTo(2);
        assertThat(response.getResponses(0).getResponseRange().getCount()).isEqualTo(1);

        RequestOp local = RequestOp.newBuilder().setRequestRange(LOCAL_SCAN).build();
        call("etcdserverpb.KV/Txn", TxnRequest.newBuilder().addFailure(local).build(), call());
        assertThat(node.gates).hasValue(1);
        call("etcdserverpb.KV/Txn", reading.toBuilder().addFailure(local).build(), call());
        assertThat(node.gates).hasValue(2);
        call("etcdserverpb.KV/Txn", TxnRequest.getDefaultInstance(), call());
        assertThat(node.gates).hasValue(3);
        CompletableFuture<?> ahead = call(
                "etcdserverpb.KV/Txn",
                TxnRequest.newBuilder().addFailure(local).setMinRevision(3).build(),
                call());
        assertThat(node.gates).hasValue(3);
        assertThat(errorOf(ahead)).isEqualTo(KvError.FUTURE_REVISION.text());
        assertThat(node.proposed).isEmpty();
    }

    @Test
    void range_gateClosed_failsWithTheGatesError() {
        node.gateFailure = KvError.NO_LEADER;

        assertThat(errorOf(call("etcdserverpb.KV/Range", GET, call()))).isEqualTo("etcdserver: no leader");
        assertThat(call(
                        "etcdserverpb.KV/Range",
                        GET.toBuilder().setSerializable(true).build(),
                        call()))
                .isCompleted();
    }

    @Test
    void write_rejectedByTheMembers_failsWithTheirError() {
        node.rejection = KvError.LEASE_NOT_FOUND;
        assertThat(errorOf(call("etcdserverpb.KV/Put", PUT, call())))
                .isEqualTo("etcdserver: requested lease not found");
        node.rejection = KvError.COMPACTED;
        assertThat(errorOf(call("etcdserverpb.KV/Compact", CompactionRequest.getDefaultInstance(), call())))
                .isEqualTo("etcdserver: mvcc: required revision has been compacted");
    }

    @Test
    void header_termOfTheNodeGoesBack_staysAtTheHighest() throws Exception {
        node.term = 9;
        call("etcdserverpb.KV/Put", PUT, call()).get();
        node.term = 4;

        PutResponse later =
                (PutResponse) call("etcdserverpb.KV/Put", PUT, call()).get();

        assertThat(later.getHeader().getRaftTerm()).isEqualTo(9);
    }

    @Test
    void status_noLeaderAndAlarm_tellsBothAsEtcd() throws Exception {
        node.leader = 0;
        node.learner = true;
        node.alarms = List.of(AlarmMember.newBuilder()
                .setMemberID(-1)
                .setAlarm(AlarmType.NOSPACE)
                .build());

        StatusResponse status =
                (StatusResponse) call("etcdserverpb.Maintenance/Status", StatusRequest.getDefaultInstance(), call())
                        .get();

        assertThat(status.getErrorsList())
                .containsExactly("etcdserver: no leader", "memberID:18446744073709551615 alarm:NOSPACE ");
        assertThat(status.getVersion()).isEqualTo("3.5.30");
        assertThat(status.getLockstepVersion()).isEqualTo("0.1.0-test");
        assertThat(status.getDbSize()).isEqualTo(20480);
        assertThat(status.getDbSizeInUse()).isEqualTo(16384);
        assertThat(status.getLeader()).isZero();
        assertThat(status.getRaftIndex()).isEqualTo(12);
        assertThat(status.getRaftAppliedIndex()).isEqualTo(11);
        assertThat(status.getRaftTerm()).isEqualTo(3);
        assertThat(status.getIsLearner()).isTrue();
        assertThat(status.getHeader().getRevision()).isEqualTo(1);
    }

    @Test
    void put_noRoomForIt_raisesTheAlarmAndIsRefusedBeforeTheLog() throws Exception {
        node.roomBytes = 100;

        assertThat(errorOf(call("etcdserverpb.KV/Put", PUT, call())))
                .isEqualTo("etcdserver: mvcc: database space exceeded");
        assertThat(node.proposed).isEmpty();
        assertThat(node.alarms).hasSize(1);
    }

    @Test
    void deletion_noRoom_passes() throws Exception {
        node.roomBytes = 0;
        DeleteRangeRequest request = DeleteRangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .build();

        call("etcdserverpb.KV/DeleteRange", request, call()).get();

        assertThat(node.proposed).hasSize(1);
    }

    @Test
    void range_memberNamedCorrupt_isRefusedAndAnotherMembersIsAnswered() throws Exception {
        RangeRequest request =
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
        node.alarms = List.of(AlarmMember.newBuilder()
                .setMemberID(FakeNode.MEMBER_ID + 1)
                .setAlarm(AlarmType.CORRUPT)
                .build());
        call("etcdserverpb.KV/Range", request, call()).get();

        node.alarms = List.of(AlarmMember.newBuilder()
                .setMemberID(FakeNode.MEMBER_ID)
                .setAlarm(AlarmType.CORRUPT)
                .build());

        assertThat(errorOf(call("etcdserverpb.KV/Range", request, call()))).isEqualTo("etcdserver: corrupt cluster");
        call("etcdserverpb.Maintenance/Status", StatusRequest.getDefaultInstance(), call())
                .get();
    }

    @Test
    void alarms_unknownAction_isRefused() {
        AlarmRequest request = AlarmRequest.newBuilder().setActionValue(9).build();

        assertThat(errorOf(call("etcdserverpb.Maintenance/Alarm", request, call())))
                .startsWith("lockstep: an alarm is NOSPACE or CORRUPT");
    }

    @Test
    void alarms_listed_filteredAndLinearizable() throws Exception {
        node.alarms = List.of(AlarmMember.newBuilder()
                .setMemberID(1)
                .setAlarm(AlarmType.NOSPACE)
                .build());
        AlarmRequest corrupt =
                AlarmRequest.newBuilder().setAlarm(AlarmType.CORRUPT).build();

        AlarmResponse all =
                (AlarmResponse) call("etcdserverpb.Maintenance/Alarm", AlarmRequest.getDefaultInstance(), call())
                        .get();
        AlarmResponse none = (AlarmResponse)
                call("etcdserverpb.Maintenance/Alarm", corrupt, call()).get();

        assertThat(all.getAlarmsList()).isEqualTo(node.alarms);
        assertThat(none.getAlarmsList()).isEmpty();
        assertThat(node.gates).hasValue(2);
    }

    @Test
    void hashKv_anyRevision_answersHashAndCompactRevision() throws Exception {
        HashKVResponse hash =
                (HashKVResponse) call("etcdserverpb.Maintenance/HashKV", HashKVRequest.getDefaultInstance(), call())
                        .get();

        assertThat(Integer.toUnsignedLong(hash.getHash())).isEqualTo(0xF000_0001L);
        assertThat(hash.getHeader().getRevision()).isEqualTo(1);
    }

    @Test
    void memberList_linearizableOrNot_hasNoRevision() throws Exception {
        MemberListResponse local = (MemberListResponse)
                call("etcdserverpb.Cluster/MemberList", MemberListRequest.getDefaultInstance(), call())
                        .get();
        assertThat(node.gates).hasValue(0);
        call(
                "etcdserverpb.Cluster/MemberList",
                MemberListRequest.newBuilder().setLinearizable(true).build(),
                call());

        assertThat(node.gates).hasValue(1);
        assertThat(local.getHeader().getRevision()).isZero();
        assertThat(local.getHeader().getRaftTerm()).isEqualTo(3);
        assertThat(local.getMembers(0).getID()).isEqualTo(FakeNode.MEMBER_ID);
        assertThat(local.getMembers(0).getClientURLs(0)).isEqualTo("http://127.0.0.1:2379");
    }

    private static RpcCall call() {
        return RpcCall.begin(Long.MAX_VALUE, TimeUnit.SECONDS.toNanos(7));
    }

    private CompletableFuture<?> call(String method, Message request, RpcCall call) {
        return call(table, method, request, call);
    }

    @SuppressWarnings("unchecked")
    private static CompletableFuture<?> call(ServiceTable table, String method, Message request, RpcCall call) {
        return ((UnaryRpc<Message, ?>) table.find(method)).handle(request, call);
    }

    private static String errorOf(CompletableFuture<?> answer) {
        assertThat(answer).isCompletedExceptionally();
        return answer.handle(
                        (ok, failure) -> ErrorMapping.toStatus(failure, "test").getDescription())
                .join();
    }
}
