package io.lockstep.node;

import io.lockstep.node.rpc.MemberCare;
import java.util.concurrent.CompletableFuture;

/** What operators ask of this member, joined with the parts that do it. */
record CareOfNode(UpkeepOfNode upkeep, LeaderMoves moves) implements MemberCare {
    @Override
    public CompletableFuture<Void> compactFiles() {
        return upkeep.compactFiles();
    }

    @Override
    public CompletableFuture<Void> moveLeader(long memberId, long deadlineNanos) {
        return moves.move(memberId, deadlineNanos);
    }
}
