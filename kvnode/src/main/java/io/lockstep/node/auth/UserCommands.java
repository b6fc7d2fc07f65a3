package io.lockstep.node.auth;

import com.google.protobuf.ByteString;
import io.lockstep.api.AuthUserAddRequest;
import io.lockstep.api.AuthUserAddResponse;
import io.lockstep.api.AuthUserChangePasswordRequest;
import io.lockstep.api.AuthUserChangePasswordResponse;
import io.lockstep.api.AuthUserDeleteRequest;
import io.lockstep.api.AuthUserDeleteResponse;
import io.lockstep.api.AuthUserGrantRoleRequest;
import io.lockstep.api.AuthUserGrantRoleResponse;
import io.lockstep.api.AuthUserRevokeRoleRequest;
import io.lockstep.api.AuthUserRevokeRoleResponse;
import io.lockstep.api.auth.User;
import io.lockstep.node.error.KvError;
import java.util.ArrayList;
import java.util.List;

/** Changes of users, with etcd's checks in etcd's order. Apply thread only. */
public final class UserCommands {
    private final AuthTable table;

    UserCommands(AuthTable table) {
        this.table = table;
    }

    public AuthUserAddResponse add(AuthUserAddRequest request) {
        requireHashed(request.getPassword());
        AuthTable.refuseIf(request.getName().isEmpty(), KvError.USER_EMPTY);
        AuthTable.refuseIf(table.permissions().user(request.getName()) != null, KvError.USER_ALREADY_EXISTS);
        User.Builder user =
                User.newBuilder().setName(Names.of(request.getName())).setOptions(request.getOptions());
        if (!request.getOptions().getNoPassword()) {
            user.setPassword(request.getHashedPasswordBytes());
        }
        return stored(user.build(), AuthUserAddResponse.getDefaultInstance());
    }

    public AuthUserChangePasswordResponse changePassword(AuthUserChangePasswordRequest request) {
        requireHashed(request.getPassword());
        User user = existing(request.getName());
        User.Builder changed = user.toBuilder();
        if (!user.getOptions().getNoPassword()) {
            changed.setPassword(request.getHashedPasswordBytes());
        }
        table.ended(user.getName());
        return stored(changed.build(), AuthUserChangePasswordResponse.getDefaultInstance());
    }

    public AuthUserDeleteResponse delete(AuthUserDeleteRequest request) {
        ByteString name = Names.of(request.getName());
        AuthTable.refuseIf(table.permissions().enabled() && name.equals(Names.ROOT), KvError.INVALID_AUTH_MANAGEMENT);
        existing(request.getName());
        AuthRows.deleteUser(table.batch(), name);
        table.ended(name);
        table.changed();
        return AuthUserDeleteResponse.getDefaultInstance();
    }

    /** A role that the user has already changes nothing. */
    public AuthUserGrantRoleResponse grantRole(AuthUserGrantRoleRequest request) {
        User user = existing(request.getUser());
        ByteString role = request.getRoleBytes();
        if (!role.equals(Names.ROOT)) {
            AuthTable.require(table.permissions().role(request.getRole()), KvError.ROLE_NOT_FOUND);
        }
        List<ByteString> roles = new ArrayList<>(user.getRolesList().asByteStringList());
        if (roles.contains(role)) {
            return AuthUserGrantRoleResponse.getDefaultInstance();
        }
        roles.add(role);
        roles.sort(Names.ORDER);
        return stored(withRoles(user, roles), AuthUserGrantRoleResponse.getDefaultInstance());
    }

    public AuthUserRevokeRoleResponse revokeRole(AuthUserRevokeRoleRequest request) {
        AuthTable.refuseIf(
                table.permissions().enabled()
                        && request.getNameBytes().equals(Names.ROOT)
                        && request.getRoleBytes().equals(Names.ROOT),
                KvError.INVALID_AUTH_MANAGEMENT);
        User user = existing(request.getName());
        List<ByteString> roles = new ArrayList<>(user.getRolesList().asByteStringList());
        AuthTable.refuseIf(!roles.remove(request.getRoleBytes()), KvError.ROLE_NOT_GRANTED);
        return stored(withRoles(user, roles), AuthUserRevokeRoleResponse.getDefaultInstance());
    }

    /** The role is gone: takes it from whoever has it; the caller settles the change. */
    void forgetRole(ByteString role) {
        for (User user : table.permissions().users().values()) {
            List<ByteString> roles = new ArrayList<>(user.getRolesList().asByteStringList());
            if (roles.remove(role)) {
                AuthRows.putUser(table.batch(), withRoles(user, roles));
            }
        }
    }

    private static User withRoles(User user, List<ByteString> roles) {
        User.Builder changed = user.toBuilder().clearRoles();
        roles.forEach(changed::addRolesBytes);
        return changed.build();
    }

    private User existing(String name) {
        return AuthTable.require(table.permissions().user(name), KvError.USER_NOT_FOUND);
    }

    private <R> R stored(User user, R response) {
        AuthRows.putUser(table.batch(), user);
        table.changed();
        return response;
    }

    /** Whoever proposed this has put a password into the log; at least it does not become a user's. */
    private static void requireHashed(String password) {
        AuthTable.refuseIf(!password.isEmpty(), KvError.INVALID_AUTH_MANAGEMENT);
    }
}
