package io.lockstep.client;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.lockstep.api.AuthDisableRequest;
import io.lockstep.api.AuthDisableResponse;
import io.lockstep.api.AuthEnableRequest;
import io.lockstep.api.AuthEnableResponse;
import io.lockstep.api.AuthGrpc;
import io.lockstep.api.AuthRoleAddRequest;
import io.lockstep.api.AuthRoleAddResponse;
import io.lockstep.api.AuthRoleDeleteRequest;
import io.lockstep.api.AuthRoleDeleteResponse;
import io.lockstep.api.AuthRoleGetRequest;
import io.lockstep.api.AuthRoleGetResponse;
import io.lockstep.api.AuthRoleGrantPermissionRequest;
import io.lockstep.api.AuthRoleGrantPermissionResponse;
import io.lockstep.api.AuthRoleListRequest;
import io.lockstep.api.AuthRoleListResponse;
import io.lockstep.api.AuthRoleRevokePermissionRequest;
import io.lockstep.api.AuthRoleRevokePermissionResponse;
import io.lockstep.api.AuthStatusRequest;
import io.lockstep.api.AuthStatusResponse;
import io.lockstep.api.AuthUserAddRequest;
import io.lockstep.api.AuthUserAddResponse;
import io.lockstep.api.AuthUserChangePasswordRequest;
import io.lockstep.api.AuthUserChangePasswordResponse;
import io.lockstep.api.AuthUserDeleteRequest;
import io.lockstep.api.AuthUserDeleteResponse;
import io.lockstep.api.AuthUserGetRequest;
import io.lockstep.api.AuthUserGetResponse;
import io.lockstep.api.AuthUserGrantRoleRequest;
import io.lockstep.api.AuthUserGrantRoleResponse;
import io.lockstep.api.AuthUserListRequest;
import io.lockstep.api.AuthUserListResponse;
import io.lockstep.api.AuthUserRevokeRoleRequest;
import io.lockstep.api.AuthUserRevokeRoleResponse;
import io.lockstep.api.auth.Permission;
import io.lockstep.api.auth.UserAddOptions;
import java.util.concurrent.CompletableFuture;

/**
 * Users, roles and what they may do. Once auth is on, only users of the role root may change or list them; any user may ask
 * about itself and its roles. Futures are as those of {@link KvClient}. A change is never repeated once it may have
 * happened: a failed one may have to be looked up.
 */
public final class Auth {
    private final KvClient client;

    Auth(KvClient client) {
        this.client = client;
    }

    /** From now on every call needs a user. Fails unless there is a user root that has the role root. */
    public CompletableFuture<AuthEnableResponse> enable() {
        return change(AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance());
    }

    /** From now on no call needs a user; users and roles stay. Who is logged in no longer is. */
    public CompletableFuture<AuthDisableResponse> disable() {
        return change(AuthGrpc.getAuthDisableMethod(), AuthDisableRequest.getDefaultInstance());
    }

    /** Whether auth is on, and the revision of users and roles. */
    public CompletableFuture<AuthStatusResponse> status() {
        return look(AuthGrpc.getAuthStatusMethod(), AuthStatusRequest.getDefaultInstance());
    }

    /** A user with no role yet. Fails if there is one of that name. */
    public CompletableFuture<AuthUserAddResponse> userAdd(String user, String password) {
        return change(
                AuthGrpc.getUserAddMethod(),
                AuthUserAddRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build());
    }

    /** One who is known by a certificate alone. */
    public CompletableFuture<AuthUserAddResponse> userAddWithoutPassword(String user) {
        return change(
                AuthGrpc.getUserAddMethod(),
                AuthUserAddRequest.newBuilder()
                        .setName(user)
                        .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
                        .build());
    }

    /** What the user is logged in with ends. */
    public CompletableFuture<AuthUserDeleteResponse> userDelete(String user) {
        return change(
                AuthGrpc.getUserDeleteMethod(),
                AuthUserDeleteRequest.newBuilder().setName(user).build());
    }

    /** What the user is logged in with ends. */
    public CompletableFuture<AuthUserChangePasswordResponse> userChangePassword(String user, String password) {
        return change(
                AuthGrpc.getUserChangePasswordMethod(),
                AuthUserChangePasswordRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build());
    }

    /** Fails if there is no such user or role; the role root needs none. */
    public CompletableFuture<AuthUserGrantRoleResponse> userGrantRole(String user, String role) {
        return change(
                AuthGrpc.getUserGrantRoleMethod(),
                AuthUserGrantRoleRequest.newBuilder()
                        .setUser(user)
                        .setRole(role)
                        .build());
    }

    /** Fails if the user does not have the role. */
    public CompletableFuture<AuthUserRevokeRoleResponse> userRevokeRole(String user, String role) {
        return change(
                AuthGrpc.getUserRevokeRoleMethod(),
                AuthUserRevokeRoleRequest.newBuilder()
                        .setName(user)
                        .setRole(role)
                        .build());
    }

    /** The roles of a user, who may ask this too. */
    public CompletableFuture<AuthUserGetResponse> userGet(String user) {
        return look(
                AuthGrpc.getUserGetMethod(),
                AuthUserGetRequest.newBuilder().setName(user).build());
    }

    /** The names of all users. */
    public CompletableFuture<AuthUserListResponse> userList() {
        return look(AuthGrpc.getUserListMethod(), AuthUserListRequest.getDefaultInstance());
    }

    /** A role that may do nothing yet. Fails if there is one of that name. */
    public CompletableFuture<AuthRoleAddResponse> roleAdd(String role) {
        return change(
                AuthGrpc.getRoleAddMethod(),
                AuthRoleAddRequest.newBuilder().setName(role).build());
    }

    /** Takes it from all users, too. */
    public CompletableFuture<AuthRoleDeleteResponse> roleDelete(String role) {
        return change(
                AuthGrpc.getRoleDeleteMethod(),
                AuthRoleDeleteRequest.newBuilder().setRole(role).build());
    }

    /** A range that the role has already gets this type instead of its own. */
    public CompletableFuture<AuthRoleGrantPermissionResponse> roleGrantPermission(
            String role, Permission.Type type, KeyRange keys) {
        return change(
                AuthGrpc.getRoleGrantPermissionMethod(),
                AuthRoleGrantPermissionRequest.newBuilder()
                        .setName(role)
                        .setPerm(Permission.newBuilder()
                                .setPermType(type)
                                .setKey(keys.key())
                                .setRangeEnd(keys.end()))
                        .build());
    }

    /** @param keys exactly as they were granted */
    public CompletableFuture<AuthRoleRevokePermissionResponse> roleRevokePermission(String role, KeyRange keys) {
        return change(
                AuthGrpc.getRoleRevokePermissionMethod(),
                AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole(role)
                        .setKey(keys.key())
                        .setRangeEnd(keys.end())
                        .build());
    }

    /** What a role may do; its users may ask this too. */
    public CompletableFuture<AuthRoleGetResponse> roleGet(String role) {
        return look(
                AuthGrpc.getRoleGetMethod(),
                AuthRoleGetRequest.newBuilder().setRole(role).build());
    }

    /** The names of all roles. */
    public CompletableFuture<AuthRoleListResponse> roleList() {
        return look(AuthGrpc.getRoleListMethod(), AuthRoleListRequest.getDefaultInstance());
    }

    private <Q extends Message, A> CompletableFuture<A> change(MethodDescriptor<Q, A> method, Q request) {
        return client.outer(client.write(method, request));
    }

    private <Q extends Message, A> CompletableFuture<A> look(MethodDescriptor<Q, A> method, Q request) {
        return client.outer(client.read(method, request));
    }
}
