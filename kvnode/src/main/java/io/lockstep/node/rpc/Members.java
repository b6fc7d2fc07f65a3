package io.lockstep.node.rpc;

import java.util.concurrent.CompletableFuture;

/** What this node sees of the other members, and what becomes of a change of them. Any thread; does not block. */
public interface Members {
    /** Whether consensus can talk to this member now, as seen from here. */
    boolean reaches(long memberId);

    /** Fails with LEARNER_NOT_READY if the leader says that this learner lags; completes if it knows of no such learner. */
    CompletableFuture<Void> requireReady(long learnerId, long deadlineNanos);

    /** Completes once a change of this member has reached Raft, or a little before the deadline: it is decided anyway. */
    CompletableFuture<Void> settled(long memberId, long deadlineNanos);

    /** An id that no member has had. */
    long newMemberId();

    /** How many learners there may be. */
    int maxLearners();
}
