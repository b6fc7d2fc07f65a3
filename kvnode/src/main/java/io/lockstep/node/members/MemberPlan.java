package io.lockstep.node.members;

import io.lockstep.node.raft.MemberChange;
import io.lockstep.node.raft.PeerAddress;
import io.lockstep.node.raft.RaftMembers;
import io.lockstep.proto.log.AdvanceMember;
import io.lockstep.proto.log.MemberRecord;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongPredicate;

/**
 * The next step from a Raft configuration to a member list: pure, and the same whoever asks. Each step is safe by itself
 * and each leaves a state from which this finds the next, so it does not matter where a leader dies.
 *
 * <ul>
 *   <li>A member that is to vote gets the log as a learner first, and its vote once it has caught up: until then the
 *       majority is that of the others.
 *   <li>It gets nothing before its process has come and was found to be the first ({@code claimed_by}).
 *   <li>One voter at a time. The member that leads is not removed before another leads.
 *   <li>A member that leaves keeps its place in the list until Raft has let it go: the others need its word for that.
 * </ul>
 */
final class MemberPlan {
    /**
     * What the leader sees.
     *
     * @param reaches whether consensus can talk to a member
     * @param caughtUp whether a member has all but the last few entries
     */
    record Sight(long self, LongPredicate reaches, LongPredicate caughtUp) {}

    private static final MemberStep NOTHING = new MemberStep.Nothing();

    private final List<MemberRecord> list;
    private final RaftMembers raft;
    private final Function<MemberRecord, PeerAddress> addressOf;
    private final Sight sight;

    private MemberPlan(
            List<MemberRecord> list, RaftMembers raft, Function<MemberRecord, PeerAddress> addressOf, Sight sight) {
        this.list = list;
        this.raft = raft;
        this.addressOf = addressOf;
        this.sight = sight;
    }

    static MemberStep next(
            List<MemberRecord> list, RaftMembers raft, Function<MemberRecord, PeerAddress> addressOf, Sight sight) {
        MemberPlan plan = new MemberPlan(list, raft, addressOf, sight);
        return plan.report().or(plan::removal).or(plan::addition).orElse(NOTHING);
    }

    private Optional<MemberStep> report() {
        for (MemberRecord member : list) {
            PeerAddress address = addressOf.apply(member);
            if (member.getStage() == MemberRecord.Stage.LEAVING && !raft.has(address)) {
                return Optional.of(
                        new MemberStep.Report(reportOf(member).setGone(true).build()));
            }
            if (member.getStage() == MemberRecord.Stage.JOINING && raft.voters().contains(address)) {
                return Optional.of(
                        new MemberStep.Report(reportOf(member).setVotes(true).build()));
            }
        }
        return Optional.empty();
    }

    private static AdvanceMember.Builder reportOf(MemberRecord member) {
        return AdvanceMember.newBuilder().setMemberId(member.getMemberId()).setIncarnation(member.getIncarnation());
    }

    /** Whoever is in the configuration and has no place in the list. */
    private Optional<MemberStep> removal() {
        for (PeerAddress learner : raft.learners()) {
            if (staying(learner).isEmpty()) {
                return Optional.of(new MemberStep.Change(MemberChange.REMOVE_LEARNER, learner, ownerOf(learner)));
            }
        }
        for (PeerAddress voter : raft.voters()) {
            if (staying(voter).filter(member -> !member.getLearner()).isEmpty()
                    && raft.voters().size() > 1) {
                long owner = ownerOf(voter);
                return owner == sight.self()
                        ? heir(voter).map(MemberStep.HandOver::new)
                        : Optional.of(new MemberStep.Change(MemberChange.REMOVE_VOTER, voter, owner));
            }
        }
        return Optional.empty();
    }

    /** Who can lead in place of the one that leaves. */
    private Optional<Long> heir(PeerAddress leaving) {
        return list.stream()
                .filter(member -> member.getStage() == MemberRecord.Stage.SETTLED)
                .filter(member -> !addressOf.apply(member).equals(leaving))
                .filter(member -> raft.voters().contains(addressOf.apply(member)))
                .map(MemberRecord::getMemberId)
                .filter(id -> sight.reaches().test(id) && sight.caughtUp().test(id))
                .findFirst();
    }

    private Optional<MemberStep> addition() {
        for (MemberRecord member : list) {
            PeerAddress address = addressOf.apply(member);
            if (member.getStage() == MemberRecord.Stage.LEAVING
                    || raft.voters().contains(address)
                    || member.getClaimedBy() == 0
                    || !sight.reaches().test(member.getMemberId())) {
                continue;
            }
            if (!raft.learners().contains(address)) {
                return Optional.of(new MemberStep.Change(MemberChange.ADD_LEARNER, address, member.getMemberId()));
            }
            if (!member.getLearner() && sight.caughtUp().test(member.getMemberId())) {
                return Optional.of(new MemberStep.Promote(address, member.getMemberId()));
            }
        }
        return Optional.empty();
    }

    private Optional<MemberRecord> staying(PeerAddress address) {
        return list.stream()
                .filter(member -> member.getStage() != MemberRecord.Stage.LEAVING)
                .filter(member -> addressOf.apply(member).equals(address))
                .findFirst();
    }

    private long ownerOf(PeerAddress address) {
        return list.stream()
                .filter(member -> addressOf.apply(member).equals(address))
                .map(MemberRecord::getMemberId)
                .findFirst()
                .orElse(0L);
    }
}
