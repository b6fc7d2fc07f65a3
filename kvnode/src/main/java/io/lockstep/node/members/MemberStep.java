package io.lockstep.node.members;

import io.lockstep.node.raft.MemberChange;
import io.lockstep.node.raft.PeerAddress;
import io.lockstep.proto.log.AdvanceMember;

/** What the leader does next to bring the Raft configuration to the member list. */
public sealed interface MemberStep {
    /** All is as it should be, or whoever is missing has not come or not caught up. */
    record Nothing() implements MemberStep {}

    /** A command that says what was reached. */
    record Report(AdvanceMember step) implements MemberStep {}

    record Change(MemberChange change, PeerAddress address, long memberId) implements MemberStep {}

    /** From learner to voter: two changes, as Raft's library refuses them in one. */
    record Promote(PeerAddress address, long memberId) implements MemberStep {}

    /** The leader is the one that leaves: another must lead first. */
    record HandOver(long toMemberId) implements MemberStep {}
}
