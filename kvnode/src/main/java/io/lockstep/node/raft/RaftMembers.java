package io.lockstep.node.raft;

import java.util.Set;

/** The Raft configuration: who votes, and who only gets the log. */
public record RaftMembers(Set<PeerAddress> voters, Set<PeerAddress> learners) {
    public RaftMembers {
        voters = Set.copyOf(voters);
        learners = Set.copyOf(learners);
    }

    public boolean has(PeerAddress member) {
        return voters.contains(member) || learners.contains(member);
    }
}
