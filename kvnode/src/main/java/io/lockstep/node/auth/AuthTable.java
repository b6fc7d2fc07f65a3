package io.lockstep.node.auth;

import com.google.protobuf.ByteString;
import io.lockstep.api.AuthDisableResponse;
import io.lockstep.api.AuthEnableResponse;
import io.lockstep.api.AuthenticateResponse;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.proto.log.LogIn;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The replicated users and roles, and whether auth is on. Each command checks everything first, so one that is refused
 * has changed nothing. A change writes its rows and makes new {@link Permissions} of them, which the next command sees and
 * the next view carries. Apply thread only.
 */
public final class AuthTable {
    private final ApplyBatch batch;
    private final UserCommands users;
    private final RoleCommands roles;
    private final List<AuthEvent> events = new ArrayList<>();
    private Permissions permissions;

    public AuthTable(ApplyBatch batch) {
        this.batch = batch;
        this.permissions = AuthRows.load(batch);
        this.users = new UserCommands(this);
        this.roles = new RoleCommands(this);
    }

    /** As the last executed command left them. */
    public Permissions permissions() {
        return permissions;
    }

    public UserCommands users() {
        return users;
    }

    public RoleCommands roles() {
        return roles;
    }

    ApplyBatch batch() {
        return batch;
    }

    public AuthEnableResponse enable() {
        if (!permissions.enabled()) {
            var root = permissions.user(Names.ROOT);
            refuseIf(root == null, KvError.ROOT_USER_NOT_EXIST);
            refuseIf(
                    root != null && !root.getRolesList().asByteStringList().contains(Names.ROOT),
                    KvError.ROOT_ROLE_NOT_EXIST);
            settle(true, permissions.revision());
        }
        return AuthEnableResponse.getDefaultInstance();
    }

    public AuthDisableResponse disable() {
        if (permissions.enabled()) {
            settle(false, permissions.revision() + 1);
            events.add(new AuthEvent.AllEnded());
        }
        return AuthDisableResponse.getDefaultInstance();
    }

    /** @param checkedRevision the revision of the users by which the password was found right */
    public AuthenticateResponse logIn(LogIn logIn, long checkedRevision) {
        refuseIf(!permissions.enabled(), KvError.AUTH_NOT_ENABLED);
        refuseIf(permissions.revision() != checkedRevision, KvError.AUTH_OLD_REVISION);
        refuseIf(permissions.user(logIn.getUser()) == null, KvError.AUTH_FAILED);
        events.add(new AuthEvent.LoggedIn(logIn.getUser(), logIn.getTokenHash()));
        return AuthenticateResponse.getDefaultInstance();
    }

    /** Rows of users or roles were changed. */
    void changed() {
        settle(permissions.enabled(), permissions.revision() + 1);
    }

    private void settle(boolean enabled, long revision) {
        AuthRows.putSettings(batch, enabled, revision);
        permissions = AuthRows.load(batch);
    }

    void ended(ByteString user) {
        events.add(new AuthEvent.UserEnded(user.toStringUtf8()));
    }

    /** What happened since the last call, in its order. */
    public List<AuthEvent> takeEvents() {
        if (events.isEmpty()) {
            return List.of();
        }
        List<AuthEvent> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    static void refuseIf(boolean wrong, KvError error) {
        if (wrong) {
            throw new KvException.Rejected(error);
        }
    }

    static <T> T require(@Nullable T found, KvError error) {
        if (found == null) {
            throw new KvException.Rejected(error);
        }
        return found;
    }
}
