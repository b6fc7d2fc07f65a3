package io.lockstep.node.apply;

import com.google.protobuf.Message;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.proto.log.AddMember;
import io.lockstep.proto.log.AdvanceMember;
import io.lockstep.proto.log.ClaimMember;
import io.lockstep.proto.log.MemberList;
import io.lockstep.proto.log.MemberRecord;
import io.lockstep.proto.log.PromoteMember;
import io.lockstep.proto.log.PublishMember;
import io.lockstep.proto.log.RemoveMember;
import io.lockstep.proto.log.UpdateMember;
import java.util.List;

/**
 * The member list, and the feature level that follows from what members tell about themselves. The list says who is to
 * belong to the cluster; the leader brings the Raft configuration to it, step by step, and reports here what it has done.
 */
@ApplyThread
final class MemberCommands {
    private final ApplyBatch batch;

    MemberCommands(ApplyBatch batch) {
        this.batch = batch;
    }

    MemberRecord publish(PublishMember published) {
        MemberRecord known = StateMeta.member(batch, published.getMemberId());
        if (known == null) {
            throw new KvException.Rejected(KvError.MEMBER_NOT_FOUND);
        }
        MemberRecord updated = known.toBuilder()
                .setName(published.getName())
                .clearClientUrls()
                .addAllClientUrls(published.getClientUrlsList())
                .setMaxFeatureLevel(published.getMaxFeatureLevel())
                .setProductVersion(published.getProductVersion())
                .build();
        StateMeta.putMember(batch, updated);
        raiseFeatureLevel();
        return updated;
    }

    /** @throws KvException.Rejected NOT_ENOUGH_STARTED, MEMBER_CHANGE_UNFINISHED, MEMBER_EXISTS, PEER_URL_EXISTS, TOO_MANY_LEARNERS */
    MemberList add(AddMember add) {
        List<MemberRecord> members = StateMeta.members(batch);
        if (!add.getLearner()) {
            MemberRules.requireEnoughStartedWithOneMore(members);
            MemberRules.requireNoneUnfinished(members);
        }
        if (StateMeta.member(batch, add.getMemberId()) != null || StateMeta.isGone(batch, add.getMemberId())) {
            throw new KvException.Rejected(KvError.MEMBER_EXISTS);
        }
        requireFree(members, add.getPeerUrlsList(), add.getMemberId());
        long learners = members.stream().filter(MemberRecord::getLearner).count();
        if (add.getLearner() && learners >= add.getMaxLearners()) {
            throw new KvException.Rejected(KvError.TOO_MANY_LEARNERS);
        }
        int incarnation = StateMeta.countAdded(batch) + 1;
        StateMeta.putCountAdded(batch, incarnation);
        StateMeta.putMember(
                batch,
                MemberRecord.newBuilder()
                        .setMemberId(add.getMemberId())
                        .addAllPeerUrls(add.getPeerUrlsList())
                        .setLearner(add.getLearner())
                        .setIncarnation(incarnation)
                        .setStage(add.getLearner() ? MemberRecord.Stage.SETTLED : MemberRecord.Stage.JOINING)
                        .build());
        return list();
    }

    /** One that is on its way out still has its address: two members there would be taken for each other. */
    private static void requireFree(List<MemberRecord> members, List<String> urls, long except) {
        for (MemberRecord member : members) {
            if (member.getMemberId() != except
                    && member.getPeerUrlsList().stream().anyMatch(urls::contains)) {
                throw new KvException.Rejected(KvError.PEER_URL_EXISTS);
            }
        }
    }

    /** @throws KvException.Rejected NOT_ENOUGH_STARTED, MEMBER_NOT_FOUND, MEMBER_CHANGE_UNFINISHED */
    MemberList remove(RemoveMember remove) {
        MemberRules.requireEnoughStartedWithout(StateMeta.members(batch), remove.getMemberId());
        MemberRecord member = present(remove.getMemberId());
        if (!member.getLearner() && member.getStage() == MemberRecord.Stage.SETTLED) {
            MemberRules.requireNoneUnfinished(StateMeta.members(batch));
        }
        StateMeta.putMember(
                batch, member.toBuilder().setStage(MemberRecord.Stage.LEAVING).build());
        return list();
    }

    /** @throws KvException.Rejected MEMBER_NOT_FOUND, PEER_URL_EXISTS, PEER_URL_FIXED */
    MemberList update(UpdateMember update) {
        MemberRecord member = present(update.getMemberId());
        requireFree(StateMeta.members(batch), update.getPeerUrlsList(), update.getMemberId());
        boolean same = member.getPeerUrlsList().equals(update.getPeerUrlsList());
        if (!same && (member.getIncarnation() == 0 || member.getClaimedBy() != 0)) {
            throw new KvException.Rejected(KvError.PEER_URL_FIXED);
        }
        StateMeta.putMember(
                batch,
                member.toBuilder()
                        .clearPeerUrls()
                        .addAllPeerUrls(update.getPeerUrlsList())
                        .build());
        return list();
    }

    /** @throws KvException.Rejected MEMBER_NOT_FOUND, NOT_A_LEARNER, NOT_ENOUGH_STARTED, MEMBER_CHANGE_UNFINISHED */
    MemberList promote(PromoteMember promote) {
        MemberRecord member = present(promote.getMemberId());
        if (!member.getLearner()) {
            throw new KvException.Rejected(KvError.NOT_A_LEARNER);
        }
        List<MemberRecord> members = StateMeta.members(batch);
        MemberRules.requireEnoughStartedWithOneMoreThatStarted(members);
        MemberRules.requireNoneUnfinished(members);
        StateMeta.putMember(
                batch,
                member.toBuilder()
                        .setLearner(false)
                        .setStage(MemberRecord.Stage.JOINING)
                        .build());
        return list();
    }

    /**
     * What was true once stays true: a step that comes late or twice changes nothing.
     *
     * @throws KvException.Rejected MEMBER_NOT_FOUND, MEMBER_CLAIMED, MEMBER_TOO_OLD
     */
    Message advance(AdvanceMember advance) {
        MemberRecord member = StateMeta.member(batch, advance.getMemberId());
        if (member == null || member.getIncarnation() != advance.getIncarnation()) {
            throw new KvException.Rejected(KvError.MEMBER_NOT_FOUND);
        }
        switch (advance.getStepCase()) {
            case CLAIMED -> claim(member, advance.getClaimed());
            case VOTES -> {
                if (member.getStage() == MemberRecord.Stage.JOINING) {
                    StateMeta.putMember(
                            batch,
                            member.toBuilder()
                                    .setStage(MemberRecord.Stage.SETTLED)
                                    .build());
                }
            }
            case GONE -> {
                if (member.getStage() == MemberRecord.Stage.LEAVING) {
                    StateMeta.deleteMember(batch, member.getMemberId());
                    StateMeta.putGone(batch, member.getMemberId());
                    raiseFeatureLevel();
                }
            }
            case STEP_NOT_SET ->
                throw new ApplyException(
                        "the log holds a step of a member that this software does not know: update this node's software");
        }
        return list();
    }

    private void claim(MemberRecord member, ClaimMember claim) {
        // A founder is known by what founding remembers of its disk; whoever leaves does not begin.
        if (member.getIncarnation() == 0 || member.getStage() == MemberRecord.Stage.LEAVING) {
            throw new KvException.Rejected(KvError.MEMBER_NOT_FOUND);
        }
        if (member.getClaimedBy() != 0 && member.getClaimedBy() != claim.getNonce()) {
            throw new KvException.Rejected(KvError.MEMBER_CLAIMED);
        }
        if (Integer.compareUnsigned(claim.getMaxFeatureLevel(), StateMeta.featureLevel(batch)) < 0) {
            throw new KvException.Rejected(KvError.MEMBER_TOO_OLD);
        }
        StateMeta.putMember(
                batch, member.toBuilder().setClaimedBy(claim.getNonce()).build());
    }

    private MemberRecord present(long memberId) {
        MemberRecord member = StateMeta.member(batch, memberId);
        if (member == null || member.getStage() == MemberRecord.Stage.LEAVING) {
            throw new KvException.Rejected(KvError.MEMBER_NOT_FOUND);
        }
        return member;
    }

    private MemberList list() {
        return MemberList.newBuilder().addAllMembers(StateMeta.members(batch)).build();
    }

    /** The lowest of all members, once all have said theirs. It never falls: the log may hold commands that need it. */
    private void raiseFeatureLevel() {
        List<MemberRecord> members = StateMeta.members(batch);
        int lowest = members.stream()
                .mapToInt(MemberRecord::getMaxFeatureLevel)
                .min()
                .orElse(0);
        if (lowest > StateMeta.featureLevel(batch)) {
            StateMeta.putFeatureLevel(batch, lowest);
        }
    }
}
