package io.lockstep.node;

import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.propose.Proposer;
import io.lockstep.node.read.ReadGate;
import io.lockstep.proto.log.AdvanceMember;
import io.lockstep.proto.log.ClaimMember;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.MemberList;
import io.lockstep.proto.log.MemberRecord;
import io.lockstep.proto.peer.JoinMember;
import io.lockstep.proto.peer.JoinReply;
import io.lockstep.proto.peer.JoinRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Answers nodes that ask to join: only one that was added, under the address that it was added under, and only with the
 * data directory that came first. What comes first is decided in the log.
 */
final class JoinsOfNode {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final long clusterId;
    private final ReplicatedState state;
    private final ReadGate gate;
    private final Proposer proposer;

    JoinsOfNode(long clusterId, ReplicatedState state, ReadGate gate, Proposer proposer) {
        this.clusterId = clusterId;
        this.state = state;
        this.gate = gate;
        this.proposer = proposer;
    }

    CompletableFuture<JoinReply> answer(JoinRequest request) {
        long deadlineNanos = System.nanoTime() + WAIT_NANOS;
        // This member may lag: whoever was added before it was asked must be found.
        return gate.await(deadlineNanos)
                .thenCompose(open -> claim(request, deadlineNanos))
                .exceptionally(failure -> refusal("the member that was asked can't say now: "
                                + (failure.getCause() == null ? failure : failure.getCause()).getMessage())
                        .setTryAgain(true)
                        .build());
    }

    private CompletableFuture<JoinReply> claim(JoinRequest request, long deadlineNanos) {
        MemberRecord member = find(request.getPeerUrl());
        if (member == null) {
            return CompletableFuture.completedFuture(refusal("no member was added under " + request.getPeerUrl()
                            + ": add it first, with \"kv member add\"")
                    .build());
        }
        if (member.getIncarnation() == 0) {
            return CompletableFuture.completedFuture(refusal("the member at " + request.getPeerUrl()
                            + " founded the cluster and had data: bring its data directory back, or remove the member"
                            + " and add it anew")
                    .build());
        }
        AdvanceMember claim = AdvanceMember.newBuilder()
                .setMemberId(member.getMemberId())
                .setIncarnation(member.getIncarnation())
                .setClaimed(ClaimMember.newBuilder()
                        .setNonce(request.getNonce())
                        .setMaxFeatureLevel(request.getMaxFeatureLevel()))
                .build();
        return proposer.propose(Command.newBuilder().setByCluster(true).setAdvanceMember(claim), deadlineNanos)
                .thenApply(result -> reply(member, result));
    }

    private @Nullable MemberRecord find(String peerUrl) {
        ReadView view = state.acquireView();
        try {
            return view.members().stream()
                    .filter(member -> member.getPeerUrlsList().contains(peerUrl))
                    .filter(member -> member.getStage() != MemberRecord.Stage.LEAVING)
                    .findAny()
                    .orElse(null);
        } finally {
            view.release();
        }
    }

    private JoinReply reply(MemberRecord member, CommandResult result) {
        if (result.rejection() != null || !(result.response() instanceof MemberList list)) {
            return refusal(
                            result.rejection() == null
                                    ? "no answer"
                                    : result.rejection().text())
                    .build();
        }
        JoinReply.Builder welcome = JoinReply.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(member.getMemberId())
                .setIncarnation(member.getIncarnation());
        for (MemberRecord other : list.getMembersList()) {
            welcome.addMembers(JoinMember.newBuilder()
                    .setMemberId(other.getMemberId())
                    .setPeerUrl(other.getPeerUrls(0))
                    .setIncarnation(other.getIncarnation())
                    .setLearner(other.getLearner()));
        }
        return welcome.build();
    }

    private static JoinReply.Builder refusal(String why) {
        return JoinReply.newBuilder().setRefusal(why);
    }
}
