package io.lockstep.node.apply;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.proto.log.MemberRecord;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which changes of the member list would leave too few members that run, by the list alone. Asked where a call comes in,
 * so that it is refused in etcd's order, and again where the command is applied, which is what counts.
 */
public final class MemberRules {
    private MemberRules() {}

    /** Those that vote or are to, and are not on their way out. */
    public static Stream<MemberRecord> voters(List<MemberRecord> members) {
        return staying(members).filter(member -> !member.getLearner());
    }

    /** Without those that are on their way out. */
    public static Stream<MemberRecord> staying(List<MemberRecord> members) {
        return members.stream().filter(member -> member.getStage() != MemberRecord.Stage.LEAVING);
    }

    /** @throws KvException.Rejected NOT_ENOUGH_STARTED */
    public static void requireEnoughStartedWithOneMore(List<MemberRecord> members) {
        long voters = voters(members).count() + 1;
        long started = started(voters(members));
        // A single member may be added to, or no cluster could ever grow.
        if (!(started == 1 && voters == 2)) {
            requireQuorum(started, voters);
        }
    }

    /** @throws KvException.Rejected NOT_ENOUGH_STARTED */
    public static void requireEnoughStartedWithOneMoreThatStarted(List<MemberRecord> members) {
        requireQuorum(started(voters(members)) + 1, voters(members).count() + 1);
    }

    /** @throws KvException.Rejected NOT_ENOUGH_STARTED */
    public static void requireEnoughStartedWithout(List<MemberRecord> members, long memberId) {
        boolean learner = members.stream().anyMatch(member -> member.getMemberId() == memberId && member.getLearner());
        if (!learner) {
            List<MemberRecord> rest = voters(members)
                    .filter(member -> member.getMemberId() != memberId)
                    .toList();
            requireQuorum(started(rest.stream()), rest.size());
        }
    }

    /**
     * The Raft configuration is brought to the list one voter at a time.
     *
     * @throws KvException.Rejected MEMBER_CHANGE_UNFINISHED
     */
    static void requireNoneUnfinished(List<MemberRecord> members) {
        if (members.stream()
                .anyMatch(member -> !member.getLearner() && member.getStage() != MemberRecord.Stage.SETTLED)) {
            throw new KvException.Rejected(KvError.MEMBER_CHANGE_UNFINISHED);
        }
    }

    private static long started(Stream<MemberRecord> members) {
        return members.filter(member -> !member.getName().isEmpty()).count();
    }

    private static void requireQuorum(long started, long voters) {
        if (started < voters / 2 + 1) {
            throw new KvException.Rejected(KvError.NOT_ENOUGH_STARTED);
        }
    }
}
