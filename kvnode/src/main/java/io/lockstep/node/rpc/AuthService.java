package io.lockstep.node.rpc;

import io.grpc.MethodDescriptor;
import io.lockstep.api.AuthGrpc;
import io.lockstep.api.AuthRoleGetRequest;
import io.lockstep.api.AuthRoleGetResponse;
import io.lockstep.api.AuthRoleGrantPermissionRequest;
import io.lockstep.api.AuthRoleGrantPermissionResponse;
import io.lockstep.api.AuthRoleListResponse;
import io.lockstep.api.AuthStatusResponse;
import io.lockstep.api.AuthUserAddRequest;
import io.lockstep.api.AuthUserAddResponse;
import io.lockstep.api.AuthUserChangePasswordRequest;
import io.lockstep.api.AuthUserChangePasswordResponse;
import io.lockstep.api.AuthUserGetRequest;
import io.lockstep.api.AuthUserGetResponse;
import io.lockstep.api.AuthUserListResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.auth.Role;
import io.lockstep.api.auth.User;
import io.lockstep.node.auth.Permissions;
import io.lockstep.node.auth.RoleCommands;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.rpc.auth.Passwords;
import io.lockstep.proto.log.Command;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Users, roles, permissions. Passwords end here: what goes on is their hash. */
final class AuthService {
    private final Reads reads;
    private final AckedWrites writes;
    private final Passwords passwords;
    private final Authenticating authenticating;

    AuthService(NodeServices services, Reads reads, AckedWrites writes) {
        this.reads = reads;
        this.writes = writes;
        this.passwords = services.logIns().passwords();
        this.authenticating = new Authenticating(services.logIns(), reads, writes);
    }

    List<UnaryRpc<?, ?>> rpcs() {
        return List.of(
                writing(AuthGrpc.getAuthEnableMethod(), Command.Builder::setAuthEnable),
                writing(AuthGrpc.getAuthDisableMethod(), Command.Builder::setAuthDisable),
                new UnaryRpc<>(AuthGrpc.getAuthStatusMethod(), (request, call) -> read(call, AuthService::status)),
                new UnaryRpc<>(AuthGrpc.getAuthenticateMethod(), authenticating::authenticate),
                new UnaryRpc<>(AuthGrpc.getUserAddMethod(), this::userAdd),
                new UnaryRpc<>(
                        AuthGrpc.getUserGetMethod(),
                        (request, call) -> read(call, (now, header) -> user(request, now, header))),
                new UnaryRpc<>(AuthGrpc.getUserListMethod(), (request, call) -> read(call, AuthService::users)),
                writing(AuthGrpc.getUserDeleteMethod(), Command.Builder::setUserDelete),
                new UnaryRpc<>(AuthGrpc.getUserChangePasswordMethod(), this::changePassword),
                writing(AuthGrpc.getUserGrantRoleMethod(), Command.Builder::setUserGrantRole),
                writing(AuthGrpc.getUserRevokeRoleMethod(), Command.Builder::setUserRevokeRole),
                writing(AuthGrpc.getRoleAddMethod(), Command.Builder::setRoleAdd),
                new UnaryRpc<>(
                        AuthGrpc.getRoleGetMethod(),
                        (request, call) -> read(call, (now, header) -> role(request, now, header))),
                new UnaryRpc<>(AuthGrpc.getRoleListMethod(), (request, call) -> read(call, AuthService::roles)),
                writing(AuthGrpc.getRoleDeleteMethod(), Command.Builder::setRoleDelete),
                new UnaryRpc<>(AuthGrpc.getRoleGrantPermissionMethod(), this::grantPermission),
                writing(AuthGrpc.getRoleRevokePermissionMethod(), Command.Builder::setRoleRevokePermission));
    }

    /** A change that goes into the log as it came. */
    private <Q extends com.google.protobuf.Message, R extends com.google.protobuf.Message> UnaryRpc<Q, R> writing(
            MethodDescriptor<Q, R> method, BiFunction<Command.Builder, Q, Command.Builder> into) {
        return new UnaryRpc<>(method, (request, call) -> write(into.apply(Command.newBuilder(), request), call));
    }

    private <R extends com.google.protobuf.Message> CompletableFuture<R> write(Command.Builder command, RpcCall call) {
        return writes.submit(command, io.lockstep.api.Ack.ACK_QUORUM, call).thenApply(AuthService::withHeader);
    }

    /** Every answer of this service has its header in the same field. */
    private static <R extends com.google.protobuf.Message> R withHeader(AckedWrites.Done done) {
        com.google.protobuf.Message.Builder response = java.util.Objects.requireNonNull(done.response()).toBuilder();
        response.setField(response.getDescriptorForType().findFieldByName("header"), done.header());
        @SuppressWarnings("unchecked") // Of the type that belongs to the command.
        R typed = (R) response.build();
        return typed;
    }

    private <R> CompletableFuture<R> read(RpcCall call, BiFunction<Permissions, ResponseHeader, R> body) {
        return reads.linearizable(
                call,
                Reads.Cost.POINT,
                (ReadView view, ResponseHeader header) -> body.apply(view.permissions(), header));
    }

    private static AuthStatusResponse status(Permissions now, ResponseHeader header) {
        return AuthStatusResponse.newBuilder()
                .setHeader(header)
                .setEnabled(now.enabled())
                .setAuthRevision(now.revision())
                .build();
    }

    private CompletableFuture<AuthUserAddResponse> userAdd(AuthUserAddRequest request, RpcCall call) {
        AuthUserAddRequest.Builder hashed = request.toBuilder().clearPassword().clearHashedPassword();
        if (request.getOptions().getNoPassword()) {
            return write(Command.newBuilder().setUserAdd(hashed), call);
        }
        return hashed(
                request.getPassword(),
                call,
                hash -> write(Command.newBuilder().setUserAdd(hashed.setHashedPassword(hash)), call));
    }

    private CompletableFuture<AuthUserChangePasswordResponse> changePassword(
            AuthUserChangePasswordRequest request, RpcCall call) {
        AuthUserChangePasswordRequest.Builder hashed =
                request.toBuilder().clearPassword().clearHashedPassword();
        return hashed(
                request.getPassword(),
                call,
                hash -> write(Command.newBuilder().setUserChangePassword(hashed.setHashedPassword(hash)), call));
    }

    private <R> CompletableFuture<R> hashed(
            String password, RpcCall call, Function<String, CompletableFuture<R>> next) {
        CompletableFuture<String> hash = passwords.hash(password, call.deadlineNanos());
        call.follow(hash);
        return hash.thenCompose(next);
    }

    private CompletableFuture<AuthRoleGrantPermissionResponse> grantPermission(
            AuthRoleGrantPermissionRequest request, RpcCall call) {
        RoleCommands.checkPermission(request);
        return write(Command.newBuilder().setRoleGrantPermission(request), call);
    }

    private static AuthUserGetResponse user(AuthUserGetRequest request, Permissions now, ResponseHeader header) {
        User user = found(now.user(request.getName()), KvError.USER_NOT_FOUND);
        return AuthUserGetResponse.newBuilder()
                .setHeader(header)
                .addAllRoles(user.getRolesList())
                .build();
    }

    private static AuthUserListResponse users(Permissions now, ResponseHeader header) {
        return AuthUserListResponse.newBuilder()
                .setHeader(header)
                .addAllUsers(now.userNames())
                .build();
    }

    private static AuthRoleGetResponse role(AuthRoleGetRequest request, Permissions now, ResponseHeader header) {
        Role role = found(now.role(request.getRole()), KvError.ROLE_NOT_FOUND);
        return AuthRoleGetResponse.newBuilder()
                .setHeader(header)
                .addAllPerm(role.getKeyPermissionList())
                .build();
    }

    private static AuthRoleListResponse roles(Permissions now, ResponseHeader header) {
        return AuthRoleListResponse.newBuilder()
                .setHeader(header)
                .addAllRoles(now.roleNames())
                .build();
    }

    private static <T> T found(@Nullable T row, KvError absent) {
        if (row == null) {
            throw new KvException.Rejected(absent);
        }
        return row;
    }
}
