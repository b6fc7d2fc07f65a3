package io.lockstep.node.raft;

/**
 * Who leads in which term, as one value: the three never come from different moments.
 *
 * @param leaderId the leader's member id, 0 when none is known
 * @param term the term in which it leads; while none is known, that of the leader who was lost
 * @param self whether this member leads
 */
public record RaftLeadership(long leaderId, long term, boolean self) {
    public boolean isKnown() {
        return leaderId != 0;
    }

    RaftLeadership lost() {
        return new RaftLeadership(0, term, false);
    }
}
