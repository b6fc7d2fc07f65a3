package io.lockstep.node.rpc;

import io.lockstep.api.Ack;
import io.lockstep.api.ClusterGrpc;
import io.lockstep.api.Member;
import io.lockstep.api.MemberAddRequest;
import io.lockstep.api.MemberAddResponse;
import io.lockstep.api.MemberListRequest;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.MemberPromoteRequest;
import io.lockstep.api.MemberPromoteResponse;
import io.lockstep.api.MemberRemoveRequest;
import io.lockstep.api.MemberRemoveResponse;
import io.lockstep.api.MemberUpdateRequest;
import io.lockstep.api.MemberUpdateResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.node.apply.MemberRules;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.AddMember;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.MemberList;
import io.lockstep.proto.log.MemberRecord;
import io.lockstep.proto.log.PromoteMember;
import io.lockstep.proto.log.RemoveMember;
import io.lockstep.proto.log.UpdateMember;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Who belongs to the cluster, and changes of that: refused in etcd's order, decided where the command is applied. */
final class ClusterService {
    private final NodeServices services;
    private final Headers headers;
    private final Reads reads;
    private final AckedWrites writes;

    ClusterService(NodeServices services, Headers headers, Reads reads, AckedWrites writes) {
        this.services = services;
        this.headers = headers;
        this.reads = reads;
        this.writes = writes;
    }

    List<UnaryRpc<?, ?>> rpcs() {
        return List.of(
                new UnaryRpc<>(ClusterGrpc.getMemberListMethod(), this::memberList),
                new UnaryRpc<>(ClusterGrpc.getMemberAddMethod(), this::memberAdd),
                new UnaryRpc<>(ClusterGrpc.getMemberRemoveMethod(), this::memberRemove),
                new UnaryRpc<>(ClusterGrpc.getMemberUpdateMethod(), this::memberUpdate),
                new UnaryRpc<>(ClusterGrpc.getMemberPromoteMethod(), this::memberPromote));
    }

    private CompletableFuture<MemberListResponse> memberList(MemberListRequest request, RpcCall call) {
        return request.getLinearizable()
                ? reads.linearizable(call, Reads.Cost.POINT, this::members)
                : reads.local(call, Reads.Cost.POINT, this::members);
    }

    private MemberListResponse members(ReadView view, ResponseHeader read) {
        return MemberListResponse.newBuilder()
                .setHeader(headers.withoutRevision())
                .addAllMembers(members(view.members()))
                .build();
    }

    private CompletableFuture<MemberAddResponse> memberAdd(MemberAddRequest request, RpcCall call) {
        List<String> urls = PeerUrls.check(request.getPeerURLsList());
        List<MemberRecord> before = listed();
        if (!request.getIsLearner()) {
            MemberRules.requireEnoughStartedWithOneMore(before);
        }
        requireAllReached(before);
        long id = services.members().newMemberId();
        AddMember add = AddMember.newBuilder()
                .setMemberId(id)
                .addAllPeerUrls(urls)
                .setLearner(request.getIsLearner())
                .setMaxLearners(services.members().maxLearners())
                .build();
        return change(Command.newBuilder().setAddMember(add), call)
                .thenApply(list -> MemberAddResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .setMember(members(list).stream()
                                .filter(member -> member.getID() == id)
                                .findAny()
                                .orElseThrow())
                        .addAllMembers(members(list))
                        .build());
    }

    private CompletableFuture<MemberRemoveResponse> memberRemove(MemberRemoveRequest request, RpcCall call) {
        requireQuorumReachedWithout(listed(), request.getID());
        RemoveMember remove =
                RemoveMember.newBuilder().setMemberId(request.getID()).build();
        return change(Command.newBuilder().setRemoveMember(remove), call)
                .thenCompose(list -> settled(request.getID(), list, call))
                .thenApply(list -> MemberRemoveResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members(list))
                        .build());
    }

    private CompletableFuture<MemberUpdateResponse> memberUpdate(MemberUpdateRequest request, RpcCall call) {
        UpdateMember update = UpdateMember.newBuilder()
                .setMemberId(request.getID())
                .addAllPeerUrls(PeerUrls.check(request.getPeerURLsList()))
                .build();
        return change(Command.newBuilder().setUpdateMember(update), call)
                .thenApply(list -> MemberUpdateResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members(list))
                        .build());
    }

    private CompletableFuture<MemberPromoteResponse> memberPromote(MemberPromoteRequest request, RpcCall call) {
        PromoteMember promote =
                PromoteMember.newBuilder().setMemberId(request.getID()).build();
        return services.members()
                .requireReady(request.getID(), call.deadlineNanos())
                .thenCompose(ready -> change(Command.newBuilder().setPromoteMember(promote), call))
                .thenCompose(list -> settled(request.getID(), list, call))
                .thenApply(list -> MemberPromoteResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .addAllMembers(members(list))
                        .build());
    }

    private CompletableFuture<MemberList> change(Command.Builder command, RpcCall call) {
        return writes.submit(command, Ack.ACK_QUORUM, call)
                .thenApply(done -> done.responseOr(MemberList.getDefaultInstance()));
    }

    /** A script that goes on with the next change finds this one done. */
    private CompletableFuture<MemberList> settled(long memberId, MemberList list, RpcCall call) {
        if (memberId == services.memberId()) {
            return CompletableFuture.completedFuture(list); // it is told as one of the last, and closes then
        }
        return services.members().settled(memberId, call.deadlineNanos()).thenApply(done -> list);
    }

    private List<MemberRecord> listed() {
        ReadView view = services.views().acquire();
        try {
            return view.members();
        } finally {
            view.release();
        }
    }

    /** Whoever joins is looked after by itself: a second one is refused for another reason. */
    private void requireAllReached(List<MemberRecord> members) {
        if (MemberRules.voters(members)
                .filter(member -> member.getStage() == MemberRecord.Stage.SETTLED)
                .anyMatch(member -> !services.members().reaches(member.getMemberId()))) {
            throw new KvException.Failed(KvError.UNHEALTHY);
        }
    }

    private void requireQuorumReachedWithout(List<MemberRecord> members, long leaving) {
        MemberRules.requireEnoughStartedWithout(members, leaving);
        List<MemberRecord> voters = MemberRules.voters(members).toList();
        boolean votes = voters.stream().anyMatch(member -> member.getMemberId() == leaving);
        if (!votes || !services.members().reaches(leaving)) {
            return; // whoever is down has no part in the majority that works
        }
        long reached = voters.stream()
                .filter(member -> services.members().reaches(member.getMemberId()))
                .count();
        if (reached - 1 < 1 + (voters.size() - 1) / 2) {
            throw new KvException.Failed(KvError.UNHEALTHY);
        }
    }

    private static List<Member> members(MemberList list) {
        return members(list.getMembersList());
    }

    private static List<Member> members(List<MemberRecord> list) {
        return MemberRules.staying(list).map(ClusterService::member).toList();
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
