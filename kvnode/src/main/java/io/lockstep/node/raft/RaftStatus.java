package io.lockstep.node.raft;

/**
 * A glance at the group; the fields are read one after the other.
 *
 * @param leaderId the leader's member id, 0 when none is known
 * @param lastLogIndex the last entry of this member's log
 * @param committedIndex the last entry this member knows to be committed
 * @param appliedIndex the last entry in this member's state, configuration entries included
 */
public record RaftStatus(
        Role role, long term, long leaderId, long lastLogIndex, long committedIndex, long appliedIndex) {
    /** FOUNDING: waits to see the other founders. STOPPED: closed, or stopped by a fatal error. */
    public enum Role {
        FOUNDING,
        FOLLOWER,
        CANDIDATE,
        LEADER,
        STOPPED
    }
}
