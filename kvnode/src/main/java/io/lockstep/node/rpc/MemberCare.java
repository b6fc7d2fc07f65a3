package io.lockstep.node.rpc;

import java.util.concurrent.CompletableFuture;

/** What an operator may have this member do. Any thread; does not block. */
public interface MemberCare {
    /** Rewrites the state's files so that they hold only what is live; beside all else, and for as long as it takes. */
    CompletableFuture<Void> compactFiles();

    /** Begins a backup of this member's state, which whoever gets it closes. */
    CompletableFuture<Backup> openBackup();

    /**
     * Hands leadership to another member; completes once that one leads.
     *
     * @return fails with NOT_LEADER, BAD_LEADER_TRANSFEREE, LEADER_CHANGED, TIMEOUT
     */
    CompletableFuture<Void> moveLeader(long memberId, long deadlineNanos);
}
