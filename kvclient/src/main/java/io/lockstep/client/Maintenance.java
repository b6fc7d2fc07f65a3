package io.lockstep.client;

import io.grpc.CallOptions;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmResponse;
import io.lockstep.api.DefragmentRequest;
import io.lockstep.api.DefragmentResponse;
import io.lockstep.api.HashKVResponse;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.MoveLeaderRequest;
import io.lockstep.api.MoveLeaderResponse;
import io.lockstep.api.SnapshotRequest;
import io.lockstep.api.SnapshotResponse;
import io.lockstep.api.StatusResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** What operators ask of a cluster and of its members. Any thread; nothing blocks but {@link #snapshot}. */
public final class Maintenance {
    private final KvClient client;

    Maintenance(KvClient client) {
        this.client = client;
    }

    /** The alarms that are raised; linearizable. */
    public CompletableFuture<AlarmResponse> alarms() {
        return client.outer(client.read(MaintenanceGrpc.getAlarmMethod(), AlarmRequest.getDefaultInstance()));
    }

    /** Ends an alarm; the answer has it, or nothing if it was not raised. */
    public CompletableFuture<AlarmResponse> disarm(AlarmMember alarm) {
        AlarmRequest request = AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                .setMemberID(alarm.getMemberID())
                .setAlarm(alarm.getAlarm())
                .build();
        return client.outer(client.write(MaintenanceGrpc.getAlarmMethod(), request));
    }

    /** Has this member rewrite its files so that they hold only what is live; answers when done. Tried once. */
    public CompletableFuture<DefragmentResponse> defragment(Endpoint member) {
        return client.outer(
                client.at(member, MaintenanceGrpc.getDefragmentMethod(), DefragmentRequest.getDefaultInstance()));
    }

    /**
     * Hands leadership on; answers once the other member leads. Tried once.
     *
     * @param leader the member that leads now: another refuses
     * @param target by member id
     */
    public CompletableFuture<MoveLeaderResponse> moveLeader(Endpoint leader, long target) {
        MoveLeaderRequest request =
                MoveLeaderRequest.newBuilder().setTargetID(target).build();
        return client.outer(client.at(leader, MaintenanceGrpc.getMoveLeaderMethod(), request));
    }

    /** See {@link KvClient#status}. */
    public CompletableFuture<StatusResponse> status(Endpoint member) {
        return client.status(member);
    }

    /** See {@link KvClient#hashKv}. */
    public CompletableFuture<HashKVResponse> hashKv(Endpoint member, long revision) {
        return client.hashKv(member, revision);
    }

    /**
     * Writes a backup of this member's state; blocks until all of it is written, for as long as bytes come. What was
     * written of one that fails is no backup.
     *
     * @param remaining told after each piece how many bytes are still to come
     * @throws IOException if it can't be written, or the member fails or ends early: one line
     */
    public void snapshot(Endpoint member, OutputStream out, LongConsumer remaining) throws IOException {
        try {
            Iterator<SnapshotResponse> pieces = ClientCalls.blockingServerStreamingCall(
                    client.channel(member),
                    MaintenanceGrpc.getSnapshotMethod(),
                    CallOptions.DEFAULT,
                    SnapshotRequest.getDefaultInstance());
            long left = -1;
            while (pieces.hasNext()) {
                SnapshotResponse piece = pieces.next();
                piece.getBlob().writeTo(out);
                left = piece.getRemainingBytes();
                remaining.accept(left);
            }
            if (left != 0) {
                throw new IOException(member + " ended the backup before all of it had come");
            }
        } catch (StatusRuntimeException failed) {
            throw new IOException(
                    member + " gives no backup: " + failed.getStatus().getDescription(), failed);
        }
    }
}
