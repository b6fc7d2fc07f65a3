package io.lockstep.node.raft.transport;

import io.lockstep.node.raft.GroupMembers;
import io.lockstep.node.raft.PeerMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who may speak to this member: those in the member list as applied here, and guests.
 *
 * <p>A guest says that it joined this cluster, by its id, and is not known here. It may be right: after a crash the state
 * stands where its last flush left it, and what brings it forward is the log, which may have to come from that very
 * member, or need its vote. So Raft takes messages from members that are not in its configuration, and so does this; but
 * only those of Raft, and only until the list says more. With TLS a guest has shown a certificate of the cluster.
 */
final class Roster {
    private static final int MAX_GUESTS = 16;

    // Guarded by this for writing: the apply thread, event loops. Event loops and the timer read.
    private volatile GroupMembers listed;
    private volatile List<PeerMember> guests = List.of();

    Roster(GroupMembers listed) {
        this.listed = listed;
    }

    /** With the guests. */
    GroupMembers members() {
        List<PeerMember> all = new ArrayList<>(listed.members());
        all.addAll(guests);
        return new GroupMembers(all, listed.gone());
    }

    synchronized void update(GroupMembers next) {
        listed = next;
        guests = guests.stream()
                .filter(guest ->
                        next.find(guest.memberId()).isEmpty() && !next.gone().contains(guest.memberId()))
                .filter(guest -> isFree(next, guest))
                .toList();
    }

    /** Whether it may speak from now on, as a guest. */
    synchronized boolean admit(PeerMember guest) {
        if (guests.contains(guest)) {
            return true;
        }
        if (guests.size() >= MAX_GUESTS || isGone(guest.memberId()) || !isFree(members(), guest)) {
            return false;
        }
        List<PeerMember> more = new ArrayList<>(guests);
        more.add(guest);
        guests = List.copyOf(more);
        return true;
    }

    private static boolean isFree(GroupMembers members, PeerMember guest) {
        return members.members().stream()
                .noneMatch(member -> member.memberId() == guest.memberId()
                        || member.address().hostPort().equals(guest.address().hostPort()));
    }

    Optional<PeerMember> find(long memberId) {
        return members().find(memberId);
    }

    boolean isGone(long memberId) {
        return listed.gone().contains(memberId);
    }
}
