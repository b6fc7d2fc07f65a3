package io.lockstep.node.apply;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.lockstep.api.AuthEnableRequest;
import io.lockstep.api.AuthRoleAddRequest;
import io.lockstep.api.AuthRoleDeleteRequest;
import io.lockstep.api.AuthRoleGrantPermissionRequest;
import io.lockstep.api.AuthUserAddRequest;
import io.lockstep.api.AuthUserChangePasswordRequest;
import io.lockstep.api.AuthUserDeleteRequest;
import io.lockstep.api.AuthUserGrantRoleRequest;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.auth.Permission;
import io.lockstep.node.auth.AuthEvent;
import io.lockstep.node.auth.Permissions;
import io.lockstep.node.error.KvError;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.LogIn;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users and what they may do, as commands in the log: judged where they are applied. */
class AuthCommandsTest {
    @TempDir
    Path dir;

    private StateHarness harness;

    @BeforeEach
    void open() {
        harness = new StateHarness(dir.resolve("state"));
    }

    @AfterEach
    void close() {
        harness.close();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private @Nullable KvError run(Command.Builder command) {
        return harness.run(command).rejection();
    }

    private @Nullable KvError as(String user, Command.Builder command) {
        return run(command.setUser(user)
                .setAuthRevision(user.isEmpty() ? 0 : permissions().revision()));
    }

    private Permissions permissions() {
        ReadView view = harness.state.acquireView();
        try {
            return view.permissions();
        } finally {
            view.release();
        }
    }

    private static Command.Builder put(String key) {
        return Command.newBuilder().setPut(PutRequest.newBuilder().setKey(bytes(key)));
    }

    private static Command.Builder userAdd(String name) {
        return Command.newBuilder()
                .setUserAdd(AuthUserAddRequest.newBuilder().setName(name).setHashedPassword("hash"));
    }

    private static Command.Builder grantRole(String user, String role) {
        return Command.newBuilder()
                .setUserGrantRole(
                        AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role));
    }

    private static Command.Builder grant(String role, Permission.Type type, String key, String end) {
        return Command.newBuilder()
                .setRoleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                        .setName(role)
                        .setPerm(Permission.newBuilder()
                                .setPermType(type)
                                .setKey(bytes(key))
                                .setRangeEnd(bytes(end))));
    }

    /** Root with a role of that name, and a user who may write a..c, and read b..c. */
    private void enable() {
        run(userAdd("root"));
        run(grantRole("root", "root"));
        run(userAdd("u"));
        run(Command.newBuilder().setRoleAdd(AuthRoleAddRequest.newBuilder().setName("r")));
        run(grant("r", Permission.Type.WRITE, "a", "c"));
        run(grant("r", Permission.Type.READ, "b", "c"));
        run(grantRole("u", "r"));
        assertThat(run(Command.newBuilder().setAuthEnable(AuthEnableRequest.getDefaultInstance())))
                .isNull();
    }

    @Test
    void enable_withoutRootOrItsRole_isRefused() {
        Command.Builder enable = Command.newBuilder().setAuthEnable(AuthEnableRequest.getDefaultInstance());
        assertThat(run(enable.clone())).isEqualTo(KvError.ROOT_USER_NOT_EXIST);
        run(userAdd("root"));
        assertThat(run(enable.clone())).isEqualTo(KvError.ROOT_ROLE_NOT_EXIST);
        run(grantRole("root", "root"));
        assertThat(run(enable.clone())).isNull();
        assertThat(permissions().enabled()).isTrue();
        assertThat(permissions().revision()).isEqualTo(3);
    }

    /** One such command ended every member of an etcd 3.4, and again at each start. */
    @Test
    void grantWithoutPermission_inTheLog_isRefusedAndTheNextCommandGoesOn() {
        run(Command.newBuilder().setRoleAdd(AuthRoleAddRequest.newBuilder().setName("r")));
        assertThat(run(Command.newBuilder()
                        .setRoleGrantPermission(
                                AuthRoleGrantPermissionRequest.newBuilder().setName("r"))))
                .isEqualTo(KvError.PERMISSION_NOT_GIVEN);
        assertThat(run(grant("r", Permission.Type.READ, "", ""))).isEqualTo(KvError.INVALID_AUTH_MANAGEMENT);
        assertThat(run(grant("r", Permission.Type.READ, "b", "a"))).isEqualTo(KvError.INVALID_AUTH_MANAGEMENT);
        assertThat(run(put("k"))).isNull();
    }

    @Test
    void writes_onceEnabled_areJudgedByTheirUser() {
        enable();
        assertThat(as("", put("a"))).isEqualTo(KvError.USER_EMPTY);
        assertThat(as("nobody", put("a"))).isEqualTo(KvError.PERMISSION_DENIED);
        assertThat(as("u", put("a"))).isNull();
        assertThat(as("u", put("c"))).isEqualTo(KvError.PERMISSION_DENIED);
        assertThat(as("root", put("c"))).isNull();
        PutRequest withPrevious =
                PutRequest.newBuilder().setKey(bytes("a")).setPrevKv(true).build();
        assertThat(as("u", Command.newBuilder().setPut(withPrevious))).isEqualTo(KvError.PERMISSION_DENIED);
        DeleteRangeRequest.Builder delete =
                DeleteRangeRequest.newBuilder().setKey(bytes("a")).setRangeEnd(bytes("c"));
        assertThat(as("u", Command.newBuilder().setDeleteRange(delete.clone().setPrevKv(true))))
                .isEqualTo(KvError.PERMISSION_DENIED);
        assertThat(as("u", Command.newBuilder().setDeleteRange(delete))).isNull();
    }

    /** CVE-2026-33413: an etcd before 3.5.28 let anyone compact. */
    @Test
    void compaction_byAnyoneButRoot_isRefused() {
        enable();
        Command.Builder compact = Command.newBuilder()
                .setCompaction(CompactionRequest.newBuilder().setRevision(1));
        assertThat(as("", compact.clone())).isEqualTo(KvError.USER_EMPTY);
        assertThat(as("u", compact.clone())).isEqualTo(KvError.PERMISSION_DENIED);
        assertThat(run(compact.clone().clearUser().setByCluster(true))).isNull();
    }

    /** CVE-2026-33343: an etcd before 3.5.28 did not look into nested transactions. */
    @Test
    void txn_isJudgedInBothBranchesAndAllThatIsNested() {
        enable();
        RequestOp write = RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(bytes("a")))
                .build();
        RequestOp secret = RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(bytes("secret")))
                .build();
        RequestOp previous = RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder().setKey(bytes("a")).setPrevKv(true))
                .build();
        for (RequestOp forbidden : List.of(secret, previous)) {
            RequestOp nested = RequestOp.newBuilder()
                    .setRequestTxn(TxnRequest.newBuilder().addFailure(forbidden))
                    .build();
            RequestOp deeper = RequestOp.newBuilder()
                    .setRequestTxn(TxnRequest.newBuilder().addSuccess(nested))
                    .build();
            for (RequestOp op : List.of(forbidden, nested, deeper)) {
                assertThat(txn("u", TxnRequest.newBuilder().addSuccess(write).addSuccess(op)))
                        .isEqualTo(KvError.PERMISSION_DENIED);
                assertThat(txn("u", TxnRequest.newBuilder().addSuccess(write).addFailure(op)))
                        .isEqualTo(KvError.PERMISSION_DENIED);
            }
        }
        Compare.Builder compare = Compare.newBuilder().setKey(bytes("secret"));
        assertThat(txn("u", TxnRequest.newBuilder().addCompare(compare).addSuccess(write)))
                .isEqualTo(KvError.PERMISSION_DENIED);
        RequestOp nestedCompare = RequestOp.newBuilder()
                .setRequestTxn(TxnRequest.newBuilder().addCompare(compare))
                .build();
        assertThat(txn("u", TxnRequest.newBuilder().addSuccess(write).addSuccess(nestedCompare)))
                .isEqualTo(KvError.PERMISSION_DENIED);
        assertThat(txn("u", TxnRequest.newBuilder().addSuccess(write))).isNull();
    }

    private @Nullable KvError txn(String user, TxnRequest.Builder txn) {
        return as(user, Command.newBuilder().setTxn(txn));
    }

    @Test
    void lease_withKeysOfOthers_canNeitherBeUsedNorRevoked() {
        enable();
        Command.Builder grant = Command.newBuilder()
                .setLeaseGrant(LeaseGrantRequest.newBuilder().setID(7).setTTL(100));
        assertThat(as("", grant.clone())).isEqualTo(KvError.USER_EMPTY);
        assertThat(as("u", grant)).isNull();
        PutRequest attached =
                PutRequest.newBuilder().setKey(bytes("a")).setLease(7).build();
        assertThat(as("u", Command.newBuilder().setPut(attached))).isNull();
        assertThat(as("root", Command.newBuilder().setPut(attached.toBuilder().setKey(bytes("z")))))
                .isNull();
        assertThat(as("u", Command.newBuilder().setPut(attached))).isEqualTo(KvError.PERMISSION_DENIED);
        assertThat(txn(
                        "u",
                        TxnRequest.newBuilder()
                                .addSuccess(RequestOp.newBuilder().setRequestPut(attached))))
                .isEqualTo(KvError.PERMISSION_DENIED);
        Command.Builder revoke = Command.newBuilder()
                .setLeaseRevoke(LeaseRevokeRequest.newBuilder().setID(7));
        assertThat(as("u", revoke.clone())).isEqualTo(KvError.PERMISSION_DENIED);
        assertThat(as("", revoke.clone())).isEqualTo(KvError.USER_EMPTY);
        assertThat(as("root", revoke.clone())).isNull();
    }

    @Test
    void command_admittedByOlderUsers_isRefused() {
        enable();
        long before = permissions().revision();
        assertThat(as("root", userAdd("another"))).isNull();
        assertThat(run(put("a").setUser("u").setAuthRevision(before))).isEqualTo(KvError.AUTH_OLD_REVISION);
        assertThat(run(put("a"))).isEqualTo(KvError.USER_EMPTY);
    }

    @Test
    void root_whileEnabled_keepsItsRoleAndStays() {
        enable();
        run(Command.newBuilder()
                .setRoleAdd(AuthRoleAddRequest.newBuilder().setName("root"))
                .setUser("root"));
        assertThat(as(
                        "root",
                        Command.newBuilder()
                                .setUserDelete(
                                        AuthUserDeleteRequest.newBuilder().setName("root"))))
                .isEqualTo(KvError.INVALID_AUTH_MANAGEMENT);
        assertThat(as(
                        "root",
                        Command.newBuilder()
                                .setRoleDelete(
                                        AuthRoleDeleteRequest.newBuilder().setRole("root"))))
                .isEqualTo(KvError.INVALID_AUTH_MANAGEMENT);
    }

    @Test
    void roleDeleted_isTakenFromItsUsers() {
        enable();
        assertThat(as(
                        "root",
                        Command.newBuilder()
                                .setRoleDelete(
                                        AuthRoleDeleteRequest.newBuilder().setRole("r"))))
                .isNull();
        assertThat(permissions().user("u").getRolesList()).isEmpty();
        assertThat(as("u", put("a"))).isEqualTo(KvError.PERMISSION_DENIED);
    }

    @Test
    void grantAnew_ofTheSameRange_replacesItsType() {
        enable();
        long revision = permissions().revision();
        assertThat(as("root", grant("r", Permission.Type.READ, "a", "b"))).isNull();
        assertThat(as("root", grant("r", Permission.Type.READ, "a", "c"))).isNull();
        assertThat(permissions().role("r").getKeyPermissionList()).hasSize(3);
        assertThat(permissions().revision()).isEqualTo(revision + 2);
        assertThat(as("u", put("a"))).isEqualTo(KvError.PERMISSION_DENIED);
    }

    @Test
    void logIns_endWithThePasswordOrTheUser() {
        enable();
        LogIn logIn = LogIn.newBuilder()
                .setUser("u")
                .setTokenHash(bytes("hash-of-token"))
                .build();
        long now = permissions().revision();
        assertThat(run(Command.newBuilder().setLogIn(logIn).setAuthRevision(now - 1)))
                .isEqualTo(KvError.AUTH_OLD_REVISION);
        assertThat(run(Command.newBuilder().setLogIn(logIn).setAuthRevision(now)))
                .isNull();
        assertThat(as(
                        "root",
                        Command.newBuilder()
                                .setUserChangePassword(AuthUserChangePasswordRequest.newBuilder()
                                        .setName("u")
                                        .setHashedPassword("new"))))
                .isNull();
        assertThat(harness.authEvents)
                .containsExactly(new AuthEvent.LoggedIn("u", bytes("hash-of-token")), new AuthEvent.UserEnded("u"));
    }

    @Test
    void passwordInTheClear_isNeverStored() {
        AuthUserAddRequest clear = AuthUserAddRequest.newBuilder()
                .setName("x")
                .setPassword("clear")
                .build();
        assertThat(run(Command.newBuilder().setUserAdd(clear))).isEqualTo(KvError.INVALID_AUTH_MANAGEMENT);
        assertThat(permissions().user("x")).isNull();
    }

    /** #14571: users must be as old as the data that they guard, on every member and after every restart. */
    @Test
    void users_areThereAfterARestartAndInACheckpoint() {
        enable();
        harness.state.checkpoint(dir.resolve("checkpoint"));
        try (StateHarness other = new StateHarness(dir.resolve("other"))) {
            other.state.install(dir.resolve("checkpoint"));
            assertThat(other.run(put("a")).rejection()).isEqualTo(KvError.USER_EMPTY);
        }
        harness.close();
        harness = new StateHarness(dir.resolve("state"));
        assertThat(permissions().enabled()).isTrue();
        assertThat(as("u", put("c"))).isEqualTo(KvError.PERMISSION_DENIED);
        assertThat(as("u", put("a"))).isNull();
    }

    @Test
    void commandsOfOneBatch_seeTheUsersOfThoseBefore() {
        run(userAdd("root"));
        run(grantRole("root", "root"));
        ByteBuffer entry = harness.entry(List.of(
                put("before"),
                Command.newBuilder().setAuthEnable(AuthEnableRequest.getDefaultInstance()),
                put("after")));
        harness.applyEntry(harness.state.appliedIndex() + 1, entry);
        harness.state.endOfBatch();
        List<KvError> outcomes = harness.results.subList(harness.results.size() - 3, harness.results.size()).stream()
                .map(CommandResult::rejection)
                .toList();
        assertThat(outcomes).containsExactly(null, null, KvError.USER_EMPTY);
    }
}
