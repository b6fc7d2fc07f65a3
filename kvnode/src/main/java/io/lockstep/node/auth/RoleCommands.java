package io.lockstep.node.auth;

import com.google.protobuf.ByteString;
import io.lockstep.api.AuthRoleAddRequest;
import io.lockstep.api.AuthRoleAddResponse;
import io.lockstep.api.AuthRoleDeleteRequest;
import io.lockstep.api.AuthRoleDeleteResponse;
import io.lockstep.api.AuthRoleGrantPermissionRequest;
import io.lockstep.api.AuthRoleGrantPermissionResponse;
import io.lockstep.api.AuthRoleRevokePermissionRequest;
import io.lockstep.api.AuthRoleRevokePermissionResponse;
import io.lockstep.api.auth.Permission;
import io.lockstep.api.auth.Role;
import io.lockstep.node.error.KvError;
import java.util.ArrayList;
import java.util.List;

/** Changes of roles, with etcd's checks in etcd's order. Apply thread only. */
public final class RoleCommands {
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    private final AuthTable table;

    RoleCommands(AuthTable table) {
        this.table = table;
    }

    public AuthRoleAddResponse add(AuthRoleAddRequest request) {
        AuthTable.refuseIf(request.getName().isEmpty(), KvError.ROLE_EMPTY);
        AuthTable.refuseIf(table.permissions().role(request.getName()) != null, KvError.ROLE_ALREADY_EXISTS);
        return stored(
                Role.newBuilder().setName(Names.of(request.getName())).build(),
                AuthRoleAddResponse.getDefaultInstance());
    }

    public AuthRoleDeleteResponse delete(AuthRoleDeleteRequest request) {
        ByteString name = Names.of(request.getRole());
        AuthTable.refuseIf(table.permissions().enabled() && name.equals(Names.ROOT), KvError.INVALID_AUTH_MANAGEMENT);
        existing(request.getRole());
        AuthRows.deleteRole(table.batch(), name);
        table.users().forgetRole(name);
        table.changed();
        return AuthRoleDeleteResponse.getDefaultInstance();
    }

    /**
     * Adds a range, or changes the type of one that is there. Of several ranges with the same key etcd 3.5 looks at the first
     * alone and adds any other once more: there, a READWRITE that is granted anew as READ stays a READWRITE beside it.
     */
    public AuthRoleGrantPermissionResponse grantPermission(AuthRoleGrantPermissionRequest request) {
        checkPermission(request);
        Role role = existing(request.getName());
        List<Permission> permissions = new ArrayList<>(role.getKeyPermissionList());
        Permission given = request.getPerm();
        int at = 0;
        while (at < permissions.size() && !sameRange(permissions.get(at), given.getKey(), given.getRangeEnd())) {
            at++;
        }
        Permission granted = Permission.newBuilder()
                .setPermTypeValue(given.getPermTypeValue())
                .setKey(given.getKey())
                .setRangeEnd(given.getRangeEnd())
                .build();
        if (at < permissions.size()) {
            permissions.set(at, granted);
        } else {
            permissions.add(granted);
            permissions.sort((a, b) -> Names.ORDER.compare(a.getKey(), b.getKey()));
        }
        return stored(withPermissions(role, permissions), AuthRoleGrantPermissionResponse.getDefaultInstance());
    }

    /**
     * What can be said of such a request without knowing the roles. An etcd 3.4 fell over one without a permission, on every
     * member and again at each start; so it is asked before the log and, of whatever reached the log, again here.
     *
     * @throws io.lockstep.node.error.KvException.Rejected PERMISSION_NOT_GIVEN or INVALID_AUTH_MANAGEMENT
     */
    public static void checkPermission(AuthRoleGrantPermissionRequest request) {
        AuthTable.refuseIf(!request.hasPerm(), KvError.PERMISSION_NOT_GIVEN);
        ByteString key = request.getPerm().getKey();
        ByteString end = request.getPerm().getRangeEnd();
        boolean valid = !key.isEmpty() && (end.isEmpty() || end.equals(ZERO) || Names.ORDER.compare(key, end) < 0);
        AuthTable.refuseIf(!valid, KvError.INVALID_AUTH_MANAGEMENT);
    }

    public AuthRoleRevokePermissionResponse revokePermission(AuthRoleRevokePermissionRequest request) {
        Role role = existing(request.getRole());
        List<Permission> kept = role.getKeyPermissionList().stream()
                .filter(permission -> !sameRange(permission, request.getKey(), request.getRangeEnd()))
                .toList();
        AuthTable.refuseIf(kept.size() == role.getKeyPermissionCount(), KvError.PERMISSION_NOT_GRANTED);
        return stored(withPermissions(role, kept), AuthRoleRevokePermissionResponse.getDefaultInstance());
    }

    private static boolean sameRange(Permission permission, ByteString key, ByteString rangeEnd) {
        return permission.getKey().equals(key) && permission.getRangeEnd().equals(rangeEnd);
    }

    private static Role withPermissions(Role role, List<Permission> permissions) {
        return role.toBuilder()
                .clearKeyPermission()
                .addAllKeyPermission(permissions)
                .build();
    }

    private Role existing(String name) {
        return AuthTable.require(table.permissions().role(name), KvError.ROLE_NOT_FOUND);
    }

    private <R> R stored(Role role, R response) {
        AuthRows.putRole(table.batch(), role);
        table.changed();
        return response;
    }
}
