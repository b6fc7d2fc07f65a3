package io.lockstep.node.rpc;

import io.lockstep.api.ClusterGrpc;
import io.lockstep.api.Member;
import io.lockstep.api.MemberListRequest;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.MemberRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Who belongs to the cluster. */
final class ClusterService {
    private final Headers headers;
    private final Reads reads;

    ClusterService(Headers headers, Reads reads) {
        this.headers = headers;
        this.reads = reads;
    }

    List<UnaryRpc<?, ?>> rpcs() {
        return List.of(new UnaryRpc<>(ClusterGrpc.getMemberListMethod(), this::memberList));
    }

    private CompletableFuture<MemberListResponse> memberList(MemberListRequest request, RpcCall call) {
        return request.getLinearizable()
                ? reads.linearizable(call, Reads.Cost.POINT, this::members)
                : reads.local(call, Reads.Cost.POINT, this::members);
    }

    private MemberListResponse members(ReadView view, ResponseHeader read) {
        MemberListResponse.Builder response = MemberListResponse.newBuilder().setHeader(headers.withoutRevision());
        view.members().forEach(record -> response.addMembers(member(record)));
        return response.build();
    }

    private static Member member(MemberRecord record) {
        return Member.newBuilder()
                .setID(record.getMemberId())
                .setName(record.getName())
                .addAllPeerURLs(record.getPeerUrlsList())
                .addAllClientURLs(record.getClientUrlsList())
                .setIsLearner(record.getLearner())
                .build();
    }
}
