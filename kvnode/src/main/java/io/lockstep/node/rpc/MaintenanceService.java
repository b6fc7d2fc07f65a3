package io.lockstep.node.rpc;

import io.lockstep.api.Ack;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmResponse;
import io.lockstep.api.AlarmType;
import io.lockstep.api.DefragmentRequest;
import io.lockstep.api.DefragmentResponse;
import io.lockstep.api.DowngradeRequest;
import io.lockstep.api.DowngradeResponse;
import io.lockstep.api.HashKVRequest;
import io.lockstep.api.HashKVResponse;
import io.lockstep.api.HashRequest;
import io.lockstep.api.HashResponse;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.MoveLeaderRequest;
import io.lockstep.api.MoveLeaderResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.StatusResponse;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** How this member is; most of it is about this member alone and awaits nothing. */
final class MaintenanceService {
    private final NodeServices services;
    private final Reads reads;
    private final AckedWrites writes;

    MaintenanceService(NodeServices services, Reads reads, AckedWrites writes) {
        this.services = services;
        this.reads = reads;
        this.writes = writes;
    }

    List<UnaryRpc<?, ?>> rpcs() {
        return List.of(
                new UnaryRpc<>(MaintenanceGrpc.getAlarmMethod(), this::alarm),
                new UnaryRpc<>(MaintenanceGrpc.getStatusMethod(), this::status),
                new UnaryRpc<>(MaintenanceGrpc.getHashKVMethod(), this::hashKv),
                new UnaryRpc<>(MaintenanceGrpc.getHashMethod(), this::hash),
                new UnaryRpc<>(MaintenanceGrpc.getDefragmentMethod(), this::defragment),
                new UnaryRpc<>(MaintenanceGrpc.getMoveLeaderMethod(), this::moveLeader),
                new UnaryRpc<>(MaintenanceGrpc.getDowngradeMethod(), this::downgrade));
    }

    /** etcd answers this through its log, and {@code etcdctl endpoint health} relies on that: no quorum, no answer. */
    private CompletableFuture<AlarmResponse> alarm(AlarmRequest request, RpcCall call) {
        if (request.getAction() == AlarmRequest.AlarmAction.UNRECOGNIZED
                || request.getAlarm() == AlarmType.UNRECOGNIZED) {
            throw new KvException.Rejected(KvError.ALARM_UNKNOWN);
        }
        if (request.getAction() != AlarmRequest.AlarmAction.GET) {
            return writes.submit(Command.newBuilder().setAlarm(request), Ack.ACK_QUORUM, call)
                    .thenApply(done -> done.responseOr(AlarmResponse.getDefaultInstance()).toBuilder()
                            .setHeader(done.header())
                            .build());
        }
        return reads.linearizable(call, Reads.Cost.POINT, (view, header) -> alarms(request.getAlarm(), header));
    }

    private AlarmResponse alarms(AlarmType wanted, ResponseHeader header) {
        AlarmResponse.Builder response = AlarmResponse.newBuilder().setHeader(header);
        services.status().alarms().stream()
                .filter(alarm -> wanted == AlarmType.NONE || wanted == alarm.getAlarm())
                .forEach(response::addAlarms);
        return response.build();
    }

    private CompletableFuture<StatusResponse> status(StatusRequest request, RpcCall call) {
        return reads.local(call, Reads.Cost.SCAN, this::status);
    }

    private StatusResponse status(ReadView view, ResponseHeader header) {
        NodeStatus node = services.status();
        long leader = node.leaderId();
        return StatusResponse.newBuilder()
                .setHeader(header)
                .setVersion(ApiLevel.SERVER_VERSION)
                .setLockstepVersion(services.productVersion())
                .setDbSize(node.dbSizeBytes())
                .setDbSizeInUse(node.dbSizeInUseBytes())
                .setLeader(leader)
                .setRaftIndex(node.raftIndex())
                .setRaftTerm(node.term())
                .setRaftAppliedIndex(node.appliedIndex())
                .addAllErrors(errors(node, leader))
                .setIsLearner(node.isLearner())
                .build();
    }

    private static List<String> errors(NodeStatus node, long leader) {
        List<String> errors = new ArrayList<>();
        if (leader == 0) {
            errors.add(KvError.NO_LEADER.text());
        }
        for (AlarmMember alarm : node.alarms()) {
            errors.add(text(alarm));
        }
        return errors;
    }

    /** As etcd prints a message: without fields that are 0, with a blank behind each. */
    private static String text(AlarmMember alarm) {
        String member = alarm.getMemberID() == 0 ? "" : "memberID:" + Long.toUnsignedString(alarm.getMemberID()) + " ";
        return alarm.getAlarm() == AlarmType.NONE ? member : member + "alarm:" + alarm.getAlarm() + " ";
    }

    private CompletableFuture<HashKVResponse> hashKv(HashKVRequest request, RpcCall call) {
        return reads.local(call, Reads.Cost.SCAN, (view, header) -> hashKv(request, view, header));
    }

    private HashKVResponse hashKv(HashKVRequest request, ReadView view, ResponseHeader header) {
        ReadView.HashResult result = view.hashKv(request.getRevision());
        return HashKVResponse.newBuilder()
                .setHeader(header)
                .setHash(result.hash())
                .setCompactRevision(result.compactRevision())
                .build();
    }

    /** etcd hashes its file here, which no two members share. The hash of the newest state serves the same question. */
    private CompletableFuture<HashResponse> hash(HashRequest request, RpcCall call) {
        return reads.local(
                call,
                Reads.Cost.SCAN,
                (view, header) -> HashResponse.newBuilder()
                        .setHeader(header)
                        .setHash(view.hashKv(0).hash())
                        .build());
    }

    /** Takes as long as it takes: only the client's own deadline ends the wait, and nothing the work. */
    private CompletableFuture<DefragmentResponse> defragment(DefragmentRequest request, RpcCall call) {
        CompletableFuture<Void> done = services.care().compactFiles();
        call.follow(done);
        return done.thenApply(compacted -> DefragmentResponse.getDefaultInstance());
    }

    private CompletableFuture<MoveLeaderResponse> moveLeader(MoveLeaderRequest request, RpcCall call) {
        return services.care()
                .moveLeader(request.getTargetID(), call.deadlineNanos())
                .thenApply(moved -> MoveLeaderResponse.getDefaultInstance());
    }

    private CompletableFuture<DowngradeResponse> downgrade(DowngradeRequest request, RpcCall call) {
        return reads.linearizable(
                call,
                Reads.Cost.POINT,
                (view, header) ->
                        Downgrades.answer(request).toBuilder().setHeader(header).build());
    }
}
