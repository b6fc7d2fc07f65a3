package io.lockstep.node.raft;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who belongs to the cluster, as the replicated member list of this member last said: who may speak to it, and where they
 * are. Who votes is Raft's own affair, and may be a step behind.
 *
 * @param members this member among them, unless it was removed
 * @param gone members that were removed, by id: they are told so
 */
public record GroupMembers(List<PeerMember> members, Set<Long> gone) {
    public GroupMembers {
        members = List.copyOf(members);
        gone = Set.copyOf(gone);
    }

    public Optional<PeerMember> find(long memberId) {
        return members.stream().filter(member -> member.memberId() == memberId).findAny();
    }
}
