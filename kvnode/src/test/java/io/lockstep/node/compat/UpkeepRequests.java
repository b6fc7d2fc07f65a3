package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmResponse;
import io.lockstep.api.AlarmType;
import io.lockstep.api.DefragmentRequest;
import io.lockstep.api.DowngradeRequest;
import io.lockstep.api.HashRequest;
import io.lockstep.api.MemberListRequest;
import io.lockstep.api.MoveLeaderRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.TxnRequest;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Random calls of operators. One alarm at a time, and of members that are not there: with two of them etcd lets all pass
 * again when one is disarmed, and Lockstep answers no reads of a member that is named by CORRUPT (docs/divergence.md).
 */
final class UpkeepRequests {
    private static final List<Long> MEMBERS = List.of(0L, 5L, 6L, -1L);
    private static final List<AlarmType> KINDS = List.of(AlarmType.NOSPACE, AlarmType.CORRUPT);
    private static final List<String> VERSIONS =
            List.of("", "3", "3.4", "3.4.0", "3.4.1", "3.5", "3.5.0", "3.3", "4.4", "x.y", "v3.4");
    /** Of what may really be set out for, there are meant differences. */
    private static final List<String> REFUSED_VERSIONS = List.of("", "3", "3.5", "3.3.0");

    private final RandomGenerator random;
    private Optional<AlarmMember> raised = Optional.empty();

    UpkeepRequests(RandomGenerator random) {
        this.random = random;
    }

    boolean isNext() {
        return random.nextInt(100) < 40;
    }

    Message next() {
        int kind = random.nextInt(100);
        if (kind < 40) {
            return alarm();
        } else if (kind < 60) {
            return StatusRequest.getDefaultInstance();
        } else if (kind < 75) {
            return MemberListRequest.newBuilder()
                    .setLinearizable(random.nextBoolean())
                    .build();
        } else if (kind < 85) {
            return HashRequest.getDefaultInstance();
        } else if (kind < 87) {
            return DefragmentRequest.getDefaultInstance();
        } else if (kind < 92) {
            return MoveLeaderRequest.newBuilder()
                    .setTargetID(random.nextInt(3) - 1L)
                    .build();
        }
        return downgrade();
    }

    private AlarmRequest alarm() {
        AlarmRequest.Builder alarm = AlarmRequest.newBuilder()
                .setActionValue(random.nextInt(3))
                .setMemberID(pick(MEMBERS))
                .setAlarm(random.nextInt(10) == 0 ? AlarmType.NONE : pick(KINDS));
        // Disarmed more often than raised, so that most steps find keys that can be written.
        if (raised.isPresent() && (alarm.getAction() == AlarmRequest.AlarmAction.ACTIVATE || random.nextBoolean())) {
            alarm.setMemberID(raised.get().getMemberID()).setAlarm(raised.get().getAlarm());
            if (random.nextInt(3) > 0) {
                alarm.setAction(AlarmRequest.AlarmAction.DEACTIVATE);
            }
        }
        return alarm.build();
    }

    private DowngradeRequest downgrade() {
        return switch (random.nextInt(3)) {
            case 0 ->
                DowngradeRequest.newBuilder()
                        .setAction(DowngradeRequest.DowngradeAction.VALIDATE)
                        .setVersion(pick(VERSIONS))
                        .build();
            case 1 ->
                DowngradeRequest.newBuilder()
                        .setAction(DowngradeRequest.DowngradeAction.ENABLE)
                        .setVersion(pick(REFUSED_VERSIONS))
                        .build();
            default ->
                DowngradeRequest.newBuilder()
                        .setAction(DowngradeRequest.DowngradeAction.CANCEL)
                        .build();
        };
    }

    /** Whether it is one of the meant differences: puts in nested transactions pass in an etcd that has no space. */
    boolean passesInEtcdAlone(Message request) {
        return raised.isPresent() && request instanceof TxnRequest txn && isNested(txn);
    }

    private static boolean isNested(TxnRequest txn) {
        return txn.getSuccessList().stream().anyMatch(RequestOp::hasRequestTxn)
                || txn.getFailureList().stream().anyMatch(RequestOp::hasRequestTxn);
    }

    void observe(Message request, Answer answer) {
        if (request instanceof AlarmRequest alarm
                && answer instanceof Answer.Given given
                && given.message() instanceof AlarmResponse response
                && response.getAlarmsCount() > 0) {
            switch (alarm.getAction()) {
                case ACTIVATE -> raised = Optional.of(response.getAlarms(0));
                case DEACTIVATE -> raised = Optional.empty();
                case GET, UNRECOGNIZED -> {}
            }
        }
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
