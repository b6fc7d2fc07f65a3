package io.lockstep.node.apply;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.proto.log.MemberRecord;
import io.lockstep.proto.log.PublishMember;
import java.util.List;

/** What members tell about themselves, and the feature level that follows from it. */
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
