package io.lockstep.node.apply;

import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmResponse;
import io.lockstep.api.AlarmType;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.WriteCost;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.proto.log.Command;
import java.util.List;

/**
 * The alarms, and what they forbid: every member refuses alike, whatever the member thought that took the call. NOSPACE
 * stops what makes the state grow and lets pass what frees space; CORRUPT stops all that changes keys.
 */
@ApplyThread
final class Alarms {
    /** What a command does to the keys. */
    private enum Effect {
        /** Needs room. */
        GROWS,
        /** Changes keys or leases, and needs no room. */
        CHANGES,
        NONE
    }

    private final ApplyBatch batch;
    /** As the command under way sees them. An alarm command that got as far as to change them is not refused any more. */
    private List<AlarmMember> raised;

    Alarms(ApplyBatch batch) {
        this.batch = batch;
        this.raised = StateMeta.alarms(batch);
    }

    List<AlarmMember> raised() {
        return raised;
    }

    /** @throws KvException.Rejected CORRUPT, NO_SPACE */
    void requireAllowed(Command command) {
        if (raised.isEmpty()) {
            return;
        }
        Effect effect = effectOf(command);
        if (effect != Effect.NONE && isRaised(AlarmType.CORRUPT)) {
            throw new KvException.Rejected(KvError.CORRUPT);
        }
        if (effect == Effect.GROWS && isRaised(AlarmType.NOSPACE)) {
            throw new KvException.Rejected(KvError.NO_SPACE);
        }
    }

    private boolean isRaised(AlarmType kind) {
        return raised.stream().anyMatch(alarm -> alarm.getAlarm() == kind);
    }

    private static Effect effectOf(Command command) {
        return switch (command.getCommandCase()) {
            case PUT, LEASE_GRANT -> Effect.GROWS;
            case TXN -> WriteCost.of(command.getTxn()) > 0 ? Effect.GROWS : Effect.CHANGES;
            case DELETE_RANGE, COMPACTION, LEASE_REVOKE, EXPIRE_LEASE -> Effect.CHANGES;
            // Who may do what can always be put right.
            case AUTH_ENABLE,
                    AUTH_DISABLE,
                    LOG_IN,
                    USER_ADD,
                    USER_CHANGE_PASSWORD,
                    USER_DELETE,
                    USER_GRANT_ROLE,
                    USER_REVOKE_ROLE,
                    ROLE_ADD,
                    ROLE_DELETE,
                    ROLE_GRANT_PERMISSION,
                    ROLE_REVOKE_PERMISSION,
                    RENEW_LEASES,
                    PUBLISH_MEMBER,
                    ADD_MEMBER,
                    REMOVE_MEMBER,
                    UPDATE_MEMBER,
                    PROMOTE_MEMBER,
                    ADVANCE_MEMBER,
                    ALARM,
                    COMMAND_NOT_SET -> Effect.NONE;
        };
    }

    /** Answers with the alarm if it is raised now, or was and is ended now; with nothing if there was none to end. */
    AlarmResponse change(AlarmRequest request) {
        AlarmMember alarm = AlarmMember.newBuilder()
                .setMemberID(request.getMemberID())
                .setAlarm(request.getAlarm())
                .build();
        boolean known = raised.contains(alarm);
        boolean raise = request.getAction() == AlarmRequest.AlarmAction.ACTIVATE;
        if (alarm.getAlarm() == AlarmType.NONE || (!raise && !known)) {
            return AlarmResponse.getDefaultInstance();
        }
        if (raise && !known) {
            StateMeta.putAlarm(batch, alarm);
        } else if (!raise) {
            StateMeta.deleteAlarm(batch, alarm);
        }
        raised = StateMeta.alarms(batch);
        return AlarmResponse.newBuilder().addAlarms(alarm).build();
    }
}
