package io.lockstep.node;

import io.lockstep.node.rpc.Backup;
import io.lockstep.node.rpc.MemberCare;
import java.util.concurrent.CompletableFuture;

/** What operators ask of this member, joined with the parts that do it. */
record CareOfNode(UpkeepOfNode upkeep, LeaderMoves moves, Backups backups) implements MemberCare {
    @Override
    public CompletableFuture<Void> compactFiles() {
        return upkeep.compactFiles();
    }

    @Override
    public CompletableFuture<Backup> openBackup() {
        return backups.open();
    }

    @Override
    public CompletableFuture<Void> moveLeader(long memberId, long deadlineNanos) {
        return moves.move(memberId, deadlineNanos);
    }
}
