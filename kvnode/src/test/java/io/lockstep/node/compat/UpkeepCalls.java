package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.grpc.Channel;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.ClusterGrpc;
import io.lockstep.api.DefragmentRequest;
import io.lockstep.api.DowngradeRequest;
import io.lockstep.api.HashRequest;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.Member;
import io.lockstep.api.MemberListRequest;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.MoveLeaderRequest;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.StatusResponse;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The calls of operators, and what of their answers two right servers have in common. */
final class UpkeepCalls {
    private UpkeepCalls() {}

    /** Empty: no call of operators takes it. */
    static Optional<CompletableFuture<Answer>> ask(Channel channel, Message request, long deadlineSeconds) {
        MaintenanceGrpc.MaintenanceStub maintenance =
                MaintenanceGrpc.newStub(channel).withDeadlineAfter(deadlineSeconds, TimeUnit.SECONDS);
        if (request instanceof AlarmRequest alarm) {
            return Optional.of(Connection.answer(alarm, maintenance::alarm));
        } else if (request instanceof StatusRequest status) {
            return Optional.of(Connection.answer(status, maintenance::status));
        } else if (request instanceof HashRequest hash) {
            return Optional.of(Connection.answer(hash, maintenance::hash));
        } else if (request instanceof DefragmentRequest defragment) {
            return Optional.of(Connection.answer(defragment, maintenance::defragment));
        } else if (request instanceof MoveLeaderRequest move) {
            return Optional.of(Connection.answer(move, maintenance::moveLeader));
        } else if (request instanceof DowngradeRequest downgrade) {
            return Optional.of(Connection.answer(downgrade, maintenance::downgrade));
        } else if (request instanceof MemberListRequest list) {
            return Optional.of(Connection.answer(
                    list,
                    ClusterGrpc.newStub(channel).withDeadlineAfter(deadlineSeconds, TimeUnit.SECONDS)::memberList));
        }
        return Optional.empty();
    }

    /** Sizes, ids and addresses differ between any two servers: what is left of them is whether they fit together. */
    static Message comparable(Message answer) {
        if (answer instanceof StatusResponse status) {
            return StatusResponse.newBuilder()
                    .setHeader(status.getHeader())
                    .setVersion(status.getVersion().replaceFirst("\\.\\d+$", ""))
                    .setLeader(flag(status.getLeader() == status.getHeader().getMemberId()))
                    .setRaftTerm(flag(status.getRaftTerm() == status.getHeader().getRaftTerm()))
                    .setRaftIndex(flag(status.getRaftIndex() >= status.getRaftAppliedIndex()))
                    .setRaftAppliedIndex(flag(status.getRaftAppliedIndex() > 0))
                    .setDbSize(flag(status.getDbSize() >= status.getDbSizeInUse()))
                    .setDbSizeInUse(flag(status.getDbSizeInUse() > 0))
                    .addAllErrors(status.getErrorsList())
                    .setIsLearner(status.getIsLearner())
                    .build();
        } else if (answer instanceof MemberListResponse list) {
            MemberListResponse.Builder comparable =
                    MemberListResponse.newBuilder().setHeader(list.getHeader());
            for (Member member : list.getMembersList()) {
                Member.Builder shape = comparable
                        .addMembersBuilder()
                        .setID(flag(member.getID() == list.getHeader().getMemberId()))
                        .setName(member.getName())
                        .setIsLearner(member.getIsLearner());
                member.getPeerURLsList().forEach(url -> shape.addPeerURLs(url.replaceFirst("\\d+$", "")));
                member.getClientURLsList().forEach(url -> shape.addClientURLs(url.replaceFirst("\\d+$", "")));
            }
            return comparable.build();
        }
        return answer;
    }

    private static long flag(boolean holds) {
        return holds ? 1 : 0;
    }
}
