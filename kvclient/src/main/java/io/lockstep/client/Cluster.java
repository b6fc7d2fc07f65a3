package io.lockstep.client;

import io.lockstep.api.ClusterGrpc;
import io.lockstep.api.MemberAddRequest;
import io.lockstep.api.MemberAddResponse;
import io.lockstep.api.MemberListResponse;
import io.lockstep.api.MemberPromoteRequest;
import io.lockstep.api.MemberPromoteResponse;
import io.lockstep.api.MemberRemoveRequest;
import io.lockstep.api.MemberRemoveResponse;
import io.lockstep.api.MemberUpdateRequest;
import io.lockstep.api.MemberUpdateResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Who belongs to the cluster. Any thread; nothing blocks. */
public final class Cluster {
    private final KvClient client;

    Cluster(KvClient client) {
        this.client = client;
    }

    /** See {@link KvClient#memberList}. */
    public CompletableFuture<MemberListResponse> members(Consistency consistency) {
        return client.memberList(consistency);
    }

    /**
     * Adds a member, whose node is started after this; it gets the data from the others. Not tried again once it may have
     * happened.
     *
     * @param peerUrls where the others are going to reach it; one
     * @param learner whether it holds the data without a vote; otherwise it votes once it has caught up
     */
    public CompletableFuture<MemberAddResponse> add(List<String> peerUrls, boolean learner) {
        MemberAddRequest request = MemberAddRequest.newBuilder()
                .addAllPeerURLs(peerUrls)
                .setIsLearner(learner)
                .build();
        return client.outer(client.write(ClusterGrpc.getMemberAddMethod(), request));
    }

    /** Removes a member, which then stops; answers once it has no part in the cluster any more. */
    public CompletableFuture<MemberRemoveResponse> remove(long memberId) {
        MemberRemoveRequest request =
                MemberRemoveRequest.newBuilder().setID(memberId).build();
        return client.outer(client.write(ClusterGrpc.getMemberRemoveMethod(), request));
    }

    /** Corrects the peer address of a member that has not started yet. */
    public CompletableFuture<MemberUpdateResponse> update(long memberId, List<String> peerUrls) {
        MemberUpdateRequest request = MemberUpdateRequest.newBuilder()
                .setID(memberId)
                .addAllPeerURLs(peerUrls)
                .build();
        return client.outer(client.write(ClusterGrpc.getMemberUpdateMethod(), request));
    }

    /** Gives a learner its vote; refused until it has caught up. */
    public CompletableFuture<MemberPromoteResponse> promote(long memberId) {
        MemberPromoteRequest request =
                MemberPromoteRequest.newBuilder().setID(memberId).build();
        return client.outer(client.write(ClusterGrpc.getMemberPromoteMethod(), request));
    }
}
