package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmType;
import io.lockstep.api.ClusterGrpc;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.DefragmentRequest;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DowngradeRequest;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.MemberListRequest;
import io.lockstep.api.MoveLeaderRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.StatusResponse;
import io.lockstep.api.TxnRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Alarms and what they forbid, and the other calls of operators: the same answers as a real etcd. */
class MaintenanceDifferentialTest {
    private static final ByteString KEY = ByteString.copyFromUtf8("k");

    private record Call(String name, Function<ManagedChannel, Message> how) {}

    @Test
    void callsOfOperators_sentToBoth_areAnsweredTheSame() {
        Path etcd = Servers.etcdOrSkip();
        List<Call> calls = calls();
        try (ServerProcess subject = Servers.startSubject();
                ServerProcess oracle = EtcdServer.start(etcd)) {
            assertThat(answers(calls, subject.endpoint())).isEqualTo(answers(calls, oracle.endpoint()));
        }
        System.out.println("maintenance: " + calls.size() + " calls, no differences");
    }

    private static List<Call> calls() {
        List<Call> calls = new ArrayList<>();
        underAlarms(calls, "no alarm");
        for (AlarmType type : List.of(AlarmType.NOSPACE, AlarmType.CORRUPT)) {
            calls.add(alarm(AlarmRequest.AlarmAction.ACTIVATE, 5, type));
            calls.add(alarm(AlarmRequest.AlarmAction.ACTIVATE, 5, type));
            calls.add(alarm(AlarmRequest.AlarmAction.GET, 0, AlarmType.NONE));
            calls.add(alarm(AlarmRequest.AlarmAction.GET, 0, AlarmType.NOSPACE));
            calls.add(alarm(AlarmRequest.AlarmAction.GET, 7, AlarmType.CORRUPT));
            underAlarms(calls, type.name());
            calls.add(alarm(AlarmRequest.AlarmAction.DEACTIVATE, 6, type));
            calls.add(alarm(AlarmRequest.AlarmAction.DEACTIVATE, 5, type));
            calls.add(alarm(AlarmRequest.AlarmAction.DEACTIVATE, 5, type));
            underAlarms(calls, "after " + type);
        }
        calls.add(alarm(AlarmRequest.AlarmAction.ACTIVATE, 5, AlarmType.NONE));
        calls.add(alarm(AlarmRequest.AlarmAction.DEACTIVATE, 5, AlarmType.NONE));
        calls.add(new Call(
                "defragment",
                channel ->
                        MaintenanceGrpc.newBlockingStub(channel).defragment(DefragmentRequest.getDefaultInstance())));
        for (long target : new long[] {0, 1, -1}) {
            calls.add(new Call(
                    "move leader to " + target,
                    channel -> MaintenanceGrpc.newBlockingStub(channel)
                            .moveLeader(MoveLeaderRequest.newBuilder()
                                    .setTargetID(target)
                                    .build())));
        }
        for (String version : List.of("", "3", "3.4", "3.4.0", "3.4.1", "3.5", "3.5.0", "3.3", "4.4", "x.y", "v3.4")) {
            calls.add(downgrade(DowngradeRequest.DowngradeAction.VALIDATE, version));
        }
        for (String version : List.of("", "3", "3.5", "3.3.0")) {
            calls.add(downgrade(DowngradeRequest.DowngradeAction.ENABLE, version));
        }
        calls.add(downgrade(DowngradeRequest.DowngradeAction.CANCEL, ""));
        return calls;
    }

    private static Call alarm(AlarmRequest.AlarmAction action, long member, AlarmType type) {
        AlarmRequest request = AlarmRequest.newBuilder()
                .setAction(action)
                .setMemberID(member)
                .setAlarm(type)
                .build();
        return new Call(
                action + " " + type + " of " + member,
                channel -> MaintenanceGrpc.newBlockingStub(channel).alarm(request));
    }

    private static Call downgrade(DowngradeRequest.DowngradeAction action, String version) {
        DowngradeRequest request = DowngradeRequest.newBuilder()
                .setAction(action)
                .setVersion(version)
                .build();
        return new Call(
                action + " " + version,
                channel -> MaintenanceGrpc.newBlockingStub(channel).downgrade(request));
    }

    private static void underAlarms(List<Call> calls, String when) {
        RequestOp put = RequestOp.newBuilder().setRequestPut(put()).build();
        RequestOp range = RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(KEY))
                .build();
        RequestOp delete = RequestOp.newBuilder()
                .setRequestDeleteRange(DeleteRangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("other")))
                .build();
        List<TxnRequest> txns = List.of(
                TxnRequest.newBuilder().addSuccess(put).build(),
                TxnRequest.newBuilder().addSuccess(range).addFailure(put).build(),
                TxnRequest.newBuilder().addSuccess(delete).build(),
                TxnRequest.newBuilder().addSuccess(range).build());
        calls.add(new Call(
                "put " + when, channel -> KVGrpc.newBlockingStub(channel).put(put())));
        calls.add(new Call(
                "put without a key " + when,
                channel -> KVGrpc.newBlockingStub(channel).put(PutRequest.getDefaultInstance())));
        calls.add(new Call(
                "put with an unknown lease " + when,
                channel -> KVGrpc.newBlockingStub(channel)
                        .put(put().toBuilder().setLease(99).build())));
        for (TxnRequest txn : txns) {
            calls.add(new Call(
                    "txn " + txn + when,
                    channel -> KVGrpc.newBlockingStub(channel).txn(txn)));
        }
        for (boolean serializable : new boolean[] {false, true}) {
            calls.add(new Call(
                    "range " + serializable + when,
                    channel -> KVGrpc.newBlockingStub(channel)
                            .range(RangeRequest.newBuilder()
                                    .setKey(KEY)
                                    .setSerializable(serializable)
                                    .build())));
        }
        calls.add(new Call(
                "delete " + when,
                channel -> KVGrpc.newBlockingStub(channel)
                        .deleteRange(DeleteRangeRequest.newBuilder().setKey(KEY).build())));
        calls.add(new Call(
                "compact " + when,
                channel -> KVGrpc.newBlockingStub(channel)
                        .compact(CompactionRequest.newBuilder()
                                .setRevision(1_000)
                                .build())));
        calls.add(new Call(
                "grant " + when,
                channel -> LeaseGrpc.newBlockingStub(channel)
                        .leaseGrant(LeaseGrantRequest.newBuilder()
                                .setID(1)
                                .setTTL(1_000)
                                .build())));
        calls.add(new Call(
                "revoke " + when,
                channel -> LeaseGrpc.newBlockingStub(channel)
                        .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(1).build())));
        calls.add(new Call(
                "errors of the status " + when,
                channel -> StatusResponse.newBuilder()
                        .addAllErrors(MaintenanceGrpc.newBlockingStub(channel)
                                .status(StatusRequest.getDefaultInstance())
                                .getErrorsList())
                        .build()));
        calls.add(new Call(
                "members " + when,
                channel -> ClusterGrpc.newBlockingStub(channel)
                        .memberList(MemberListRequest.newBuilder()
                                .setLinearizable(true)
                                .build())
                        .toBuilder()
                        .clearMembers()
                        .build()));
    }

    private static PutRequest put() {
        return PutRequest.newBuilder().setKey(KEY).setValue(KEY).build();
    }

    private static List<String> answers(List<Call> calls, String endpoint) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
        try {
            List<String> answers = new ArrayList<>();
            for (Call call : calls) {
                answers.add(call.name() + " -> " + answer(call, channel));
            }
            return answers;
        } finally {
            channel.shutdownNow();
            try {
                channel.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ids, terms and our own fields differ between any two servers. */
    private static String answer(Call call, ManagedChannel channel) {
        try {
            return call.how()
                    .apply(channel)
                    .toString()
                    .replaceAll("(cluster_id|member_id|raft_term|staleness_millis|served): \\S+\\s*", "");
        } catch (StatusRuntimeException refused) {
            return refused.getStatus().getCode() + ": " + refused.getStatus().getDescription();
        }
    }
}
