package io.lockstep.node.raft;

/** Told about leadership, in order, on the apply thread. Must not block and must not throw. */
public interface RaftListener {
    /** This member leads, and has committed and applied an entry of its term. May come twice for one term. */
    void onLeaderStart(long term);

    /** This member stops leading. May come without a start before it. */
    void onLeaderStop();

    /** Whom this member follows from now on; 0: nobody known. */
    void onLeaderChanged(long leaderMemberId, long term);
}
