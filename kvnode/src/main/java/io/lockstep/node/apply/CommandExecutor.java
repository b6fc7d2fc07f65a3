package io.lockstep.node.apply;

import com.google.protobuf.Message;
import io.lockstep.api.CompactionResponse;
import io.lockstep.node.auth.AuthTable;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.lease.LeaseEvents;
import io.lockstep.node.lease.LeaseReader;
import io.lockstep.node.lease.LeaseTable;
import io.lockstep.node.mvcc.MvccWriter;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.proto.log.Command;
import org.jspecify.annotations.Nullable;

/** Executes one command: all of it, or, if it is refused, nothing. */
@ApplyThread
final class CommandExecutor {
    /** Of an executed command exactly one is set, unless no answer was wanted: then at most the rejection. */
    record Outcome(@Nullable Message response, @Nullable KvError rejection) {}

    private final MvccWriter writer;
    private final KeyCommands keys;
    private final MemberCommands members;
    private final LeaseCommands leases;
    private final Alarms alarms;
    private final AuthTable auth;
    private final LeaseReader leaseReader;

    CommandExecutor(
            ApplyBatch batch,
            MvccWriter writer,
            LeaseTable leaseTable,
            LeaseEvents leaseEvents,
            Alarms alarms,
            AuthTable auth) {
        this.writer = writer;
        this.keys = new KeyCommands(writer, leaseTable);
        this.members = new MemberCommands(batch);
        this.leases = new LeaseCommands(leaseTable, writer, leaseEvents);
        this.alarms = alarms;
        this.auth = auth;
        this.leaseReader = leaseTable.reader();
    }

    /**
     * @param term of the entry that holds the command
     * @param answer whether anybody is going to see the response: without, none is built
     */
    Outcome execute(Command command, long term, boolean answer) {
        try {
            alarms.requireAllowed(command);
            CommandAccess.check(command, auth.permissions(), leaseReader::keys);
            Message response = dispatch(command, term, answer);
            writer.keepCommand();
            return new Outcome(response, null);
        } catch (KvException.Rejected e) {
            writer.dropCommand();
            return new Outcome(null, e.error());
        }
    }

    private Message dispatch(Command command, long term, boolean answer) {
        return switch (command.getCommandCase()) {
            case PUT -> keys.put(command.getPut(), answer).build();
            case DELETE_RANGE ->
                keys.deleteRange(command.getDeleteRange(), answer).build();
            case TXN -> new TxnExecution(writer, keys, answer).execute(command.getTxn());
            case COMPACTION -> {
                writer.compact(command.getCompaction().getRevision());
                yield CompactionResponse.getDefaultInstance();
            }
            case PUBLISH_MEMBER -> members.publish(command.getPublishMember());
            case ADD_MEMBER -> members.add(command.getAddMember());
            case REMOVE_MEMBER -> members.remove(command.getRemoveMember());
            case UPDATE_MEMBER -> members.update(command.getUpdateMember());
            case PROMOTE_MEMBER -> members.promote(command.getPromoteMember());
            case ADVANCE_MEMBER -> members.advance(command.getAdvanceMember());
            case LEASE_GRANT -> leases.grant(command.getLeaseGrant());
            case LEASE_REVOKE -> leases.revoke(command.getLeaseRevoke());
            case RENEW_LEASES -> leases.renew(command.getRenewLeases());
            case EXPIRE_LEASE -> leases.expire(command.getExpireLease(), term);
            case ALARM -> alarms.change(command.getAlarm());
            case AUTH_ENABLE -> auth.enable();
            case AUTH_DISABLE -> auth.disable();
            case LOG_IN -> auth.logIn(command.getLogIn(), command.getAuthRevision());
            case USER_ADD -> auth.users().add(command.getUserAdd());
            case USER_CHANGE_PASSWORD -> auth.users().changePassword(command.getUserChangePassword());
            case USER_DELETE -> auth.users().delete(command.getUserDelete());
            case USER_GRANT_ROLE -> auth.users().grantRole(command.getUserGrantRole());
            case USER_REVOKE_ROLE -> auth.users().revokeRole(command.getUserRevokeRole());
            case ROLE_ADD -> auth.roles().add(command.getRoleAdd());
            case ROLE_DELETE -> auth.roles().delete(command.getRoleDelete());
            case ROLE_GRANT_PERMISSION -> auth.roles().grantPermission(command.getRoleGrantPermission());
            case ROLE_REVOKE_PERMISSION -> auth.roles().revokePermission(command.getRoleRevokePermission());
            case COMMAND_NOT_SET ->
                throw new ApplyException(
                        "the log holds a command that this software does not know: update this node's software");
        };
    }
}
