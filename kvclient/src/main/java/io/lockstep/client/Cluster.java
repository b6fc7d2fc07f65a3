package io.lockstep.client;

import io.lockstep.api.MemberListResponse;
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
}
