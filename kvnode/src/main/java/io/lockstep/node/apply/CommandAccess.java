package io.lockstep.node.apply;

import com.google.protobuf.ByteString;
import io.lockstep.node.auth.Asker;
import io.lockstep.node.auth.Permissions;
import io.lockstep.node.auth.RequestAccess;
import io.lockstep.proto.log.CommandOrBuilder;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Whether the user of a command may do it. What counts is the judgement where it is applied, by the permissions that the
 * commands before it left: every member decides that alike, and whoever took the call may have known less (invariant I10).
 * A command without a rule here does not compile.
 */
public final class CommandAccess {
    private final CommandOrBuilder command;
    private final Permissions permissions;
    private final LongFunction<List<ByteString>> keysOfLease;

    private CommandAccess(
            CommandOrBuilder command, Permissions permissions, LongFunction<List<ByteString>> keysOfLease) {
        this.command = command;
        this.permissions = permissions;
        this.keysOfLease = keysOfLease;
    }

    /** @throws io.lockstep.node.error.KvException.Rejected USER_EMPTY, AUTH_OLD_REVISION or PERMISSION_DENIED */
    public static void check(
            CommandOrBuilder command, Permissions permissions, LongFunction<List<ByteString>> keysOfLease) {
        if (permissions.enabled() && !command.getByCluster()) {
            new CommandAccess(command, permissions, keysOfLease).judge();
        }
    }

    private void judge() {
        Asker asker = new Asker(command.getUser(), command.getAuthRevision());
        // An expression, so that a case that is missing is an error of the compiler.
        Runnable judgement = switch (command.getCommandCase()) {
            case PUT -> () -> keys(asker).put(command.getPut());
            case DELETE_RANGE -> () -> keys(asker).deleteRange(command.getDeleteRange());
            case TXN -> () -> keys(asker).txn(command.getTxn());
            case LEASE_GRANT -> () -> permissions.requireUser(asker);
            case LEASE_REVOKE ->
                () -> keys(asker).requireLease(command.getLeaseRevoke().getID());
            case COMPACTION,
                    ALARM,
                    ADD_MEMBER,
                    REMOVE_MEMBER,
                    UPDATE_MEMBER,
                    PROMOTE_MEMBER,
                    AUTH_ENABLE,
                    AUTH_DISABLE,
                    USER_ADD,
                    USER_CHANGE_PASSWORD,
                    USER_DELETE,
                    USER_GRANT_ROLE,
                    USER_REVOKE_ROLE,
                    ROLE_ADD,
                    ROLE_DELETE,
                    ROLE_GRANT_PERMISSION,
                    ROLE_REVOKE_PERMISSION -> () -> permissions.requireRoot(asker);
            // Says who somebody is, and was proven by a password.
            case LOG_IN -> () -> {};
            // Only members propose these: no method of the client port leads here.
            case PUBLISH_MEMBER, ADVANCE_MEMBER, RENEW_LEASES, EXPIRE_LEASE -> () -> {};
            // Stops the member where it is executed.
            case COMMAND_NOT_SET -> () -> {};
        };
        judgement.run();
    }

    private RequestAccess keys(Asker asker) {
        return RequestAccess.of(permissions, asker, keysOfLease);
    }
}
