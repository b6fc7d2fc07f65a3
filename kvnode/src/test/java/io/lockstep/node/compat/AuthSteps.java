package io.lockstep.node.compat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.lockstep.api.AuthDisableRequest;
import io.lockstep.api.AuthEnableRequest;
import io.lockstep.api.AuthGrpc;
import io.lockstep.api.AuthRoleAddRequest;
import io.lockstep.api.AuthRoleDeleteRequest;
import io.lockstep.api.AuthRoleGetRequest;
import io.lockstep.api.AuthRoleGrantPermissionRequest;
import io.lockstep.api.AuthRoleListRequest;
import io.lockstep.api.AuthRoleRevokePermissionRequest;
import io.lockstep.api.AuthStatusRequest;
import io.lockstep.api.AuthUserAddRequest;
import io.lockstep.api.AuthUserChangePasswordRequest;
import io.lockstep.api.AuthUserDeleteRequest;
import io.lockstep.api.AuthUserGetRequest;
import io.lockstep.api.AuthUserGrantRoleRequest;
import io.lockstep.api.AuthUserListRequest;
import io.lockstep.api.AuthUserRevokeRoleRequest;
import io.lockstep.api.AuthenticateRequest;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.auth.Permission;
import io.lockstep.api.auth.UserAddOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random calls of random users, from a seed: changes of users and roles, log-ins, and keys around the ranges that are
 * granted. Two passwords, so that half of the log-ins are right whatever was changed. Each first key of a range stands
 * for one range only: of several that begin alike etcd 3.5 mixes up which one it changes.
 */
final class AuthSteps {
    private static final List<String> USERS = List.of("root", "ann", "bob", "cid", "nobody");
    private static final List<String> ROLES = List.of("root", "r1", "r2", "r3", "none");
    private static final List<String> KEYS =
            List.of("a", "a\0", "ab", "b", "c", "d", "m", "z", "\u007f", "\u0080", "\u00ff");
    /** First key and end, two by two. */
    private static final List<String> RANGES = List.of(
            "a", "", "a\0", "b", "ab", "c", "b", "d", "c", "\0", "d", "z", "m", "", "z", "\u00ff", "\u007f", "\u0081",
            "\u0080", "\0", "\0", "b");

    /** One call. */
    record Step<Q extends Message, R extends Message>(String user, MethodDescriptor<Q, R> method, Q request) {
        @Override
        public String toString() {
            return "as \"" + user + "\": " + method.getBareMethodName() + " " + new Answer.Given(request).toString();
        }
    }

    private static final List<String> PLAIN_USERS = List.of("ann", "bob", "cid");

    private final SplittableRandom random;
    /** What a seed begins with: users who may do something, or all that follows would be refused alike. */
    private final Deque<Step<?, ?>> first = new ArrayDeque<>();

    private String loggedOut = "";

    AuthSteps(long seed) {
        random = new SplittableRandom(seed);
        logInAll(List.of("root"));
        first.add(addUser("root"));
        first.add(grantRole("root", "root"));
        for (String role : List.of("r1", "r2", "r3")) {
            first.add(new Step<>(
                    "root",
                    AuthGrpc.getRoleAddMethod(),
                    AuthRoleAddRequest.newBuilder().setName(role).build()));
            for (int i = 0; i < 3; i++) {
                first.add(new Step<>(
                        "root",
                        AuthGrpc.getRoleGrantPermissionMethod(),
                        grant().toBuilder().setName(role).build()));
            }
        }
        for (String user : PLAIN_USERS) {
            first.add(addUser(user));
            first.add(grantRole(user, pick(ROLES.subList(1, 4))));
            first.add(grantRole(user, pick(ROLES.subList(1, 4))));
        }
        first.add(new Step<>("root", AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance()));
        logInAll(PLAIN_USERS);
        logInAll(List.of("root"));
    }

    private void logInAll(List<String> users) {
        for (String user : users) {
            for (String password : List.of("p1", "p2")) {
                first.add(logIn(user, password));
            }
        }
    }

    private static Step<?, ?> addUser(String user) {
        return new Step<>(
                "root",
                AuthGrpc.getUserAddMethod(),
                AuthUserAddRequest.newBuilder()
                        .setName(user)
                        .setPassword("p1")
                        .setOptions(UserAddOptions.getDefaultInstance())
                        .build());
    }

    private static Step<?, ?> grantRole(String user, String role) {
        return new Step<>(
                "root",
                AuthGrpc.getUserGrantRoleMethod(),
                AuthUserGrantRoleRequest.newBuilder()
                        .setUser(user)
                        .setRole(role)
                        .build());
    }

    /** This user's token was refused: logs in soon. */
    void refused(String user) {
        loggedOut = user;
    }

    Step<?, ?> next() {
        if (!first.isEmpty()) {
            return first.remove();
        }
        String user = loggedOut;
        loggedOut = "";
        if (!user.isEmpty() && chance(0.8)) {
            return logIn(user);
        }
        int kind = random.nextInt(100);
        if (kind < 10) {
            return logIn(chance(0.4) ? "root" : pick(USERS));
        } else if (kind < 34) {
            return change(asker());
        } else if (kind < 42) {
            return look(asker());
        }
        return keys(chance(0.75) ? pick(PLAIN_USERS) : asker());
    }

    private Step<?, ?> logIn(String user) {
        return logIn(user, password());
    }

    private static Step<?, ?> logIn(String user, String password) {
        return new Step<>(
                "",
                AuthGrpc.getAuthenticateMethod(),
                AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build());
    }

    private String password() {
        return chance(0.8) ? "p1" : "p2";
    }

    /** Mostly root, who alone may change anything; sometimes nobody, or one who never logs in. */
    private String asker() {
        return chance(0.5) ? "root" : chance(0.1) ? "" : pick(USERS);
    }

    private Step<?, ?> change(String as) {
        return switch (random.nextInt(14)) {
            case 0, 1 ->
                new Step<>(
                        as,
                        AuthGrpc.getUserAddMethod(),
                        AuthUserAddRequest.newBuilder()
                                .setName(chance(0.05) ? "" : pick(USERS))
                                .setPassword(password())
                                .setOptions(UserAddOptions.newBuilder().setNoPassword(chance(0.1)))
                                .build());
            case 2 ->
                new Step<>(
                        as,
                        AuthGrpc.getUserDeleteMethod(),
                        AuthUserDeleteRequest.newBuilder().setName(pick(USERS)).build());
            case 3 ->
                new Step<>(
                        as,
                        AuthGrpc.getUserChangePasswordMethod(),
                        AuthUserChangePasswordRequest.newBuilder()
                                .setName(pick(USERS))
                                .setPassword(password())
                                .build());
            case 4, 5 ->
                new Step<>(
                        as,
                        AuthGrpc.getUserGrantRoleMethod(),
                        AuthUserGrantRoleRequest.newBuilder()
                                .setUser(pick(USERS))
                                .setRole(pick(ROLES))
                                .build());
            case 6 ->
                new Step<>(
                        as,
                        AuthGrpc.getUserRevokeRoleMethod(),
                        AuthUserRevokeRoleRequest.newBuilder()
                                .setName(pick(USERS))
                                .setRole(pick(ROLES))
                                .build());
            case 7 ->
                new Step<>(
                        as,
                        AuthGrpc.getRoleAddMethod(),
                        AuthRoleAddRequest.newBuilder()
                                .setName(chance(0.05) ? "" : pick(ROLES))
                                .build());
            case 8 ->
                new Step<>(
                        as,
                        AuthGrpc.getRoleDeleteMethod(),
                        AuthRoleDeleteRequest.newBuilder().setRole(pick(ROLES)).build());
            case 9, 10, 11 -> new Step<>(as, AuthGrpc.getRoleGrantPermissionMethod(), grant());
            case 12 -> {
                int at = 2 * random.nextInt(RANGES.size() / 2);
                yield new Step<>(
                        as,
                        AuthGrpc.getRoleRevokePermissionMethod(),
                        AuthRoleRevokePermissionRequest.newBuilder()
                                .setRole(pick(ROLES))
                                .setKey(bytes(RANGES.get(at)))
                                .setRangeEnd(bytes(RANGES.get(at + 1)))
                                .build());
            }
            default ->
                chance(0.85)
                        ? new Step<>(as, AuthGrpc.getAuthEnableMethod(), AuthEnableRequest.getDefaultInstance())
                        : new Step<>(as, AuthGrpc.getAuthDisableMethod(), AuthDisableRequest.getDefaultInstance());
        };
    }

    private AuthRoleGrantPermissionRequest grant() {
        AuthRoleGrantPermissionRequest.Builder grant =
                AuthRoleGrantPermissionRequest.newBuilder().setName(pick(ROLES));
        if (chance(0.03)) {
            return grant.build();
        }
        int at = 2 * random.nextInt(RANGES.size() / 2);
        Permission.Builder permission = Permission.newBuilder()
                .setPermTypeValue(random.nextInt(3))
                .setKey(bytes(RANGES.get(at)))
                .setRangeEnd(bytes(RANGES.get(at + 1)));
        if (chance(0.03)) {
            permission.setKey(ByteString.EMPTY);
        } else if (chance(0.03)) {
            permission.setKey(bytes("y")).setRangeEnd(bytes("x"));
        }
        return grant.setPerm(permission).build();
    }

    private Step<?, ?> look(String as) {
        return switch (random.nextInt(5)) {
            case 0 -> new Step<>(as, AuthGrpc.getAuthStatusMethod(), AuthStatusRequest.getDefaultInstance());
            case 1 -> new Step<>(as, AuthGrpc.getUserListMethod(), AuthUserListRequest.getDefaultInstance());
            case 2 -> new Step<>(as, AuthGrpc.getRoleListMethod(), AuthRoleListRequest.getDefaultInstance());
            case 3 ->
                new Step<>(
                        as,
                        AuthGrpc.getUserGetMethod(),
                        AuthUserGetRequest.newBuilder().setName(pick(USERS)).build());
            default ->
                new Step<>(
                        as,
                        AuthGrpc.getRoleGetMethod(),
                        AuthRoleGetRequest.newBuilder().setRole(pick(ROLES)).build());
        };
    }

    private Step<?, ?> keys(String as) {
        return switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> new Step<>(as, KVGrpc.getRangeMethod(), range());
            case 4, 5, 6, 7 -> new Step<>(as, KVGrpc.getPutMethod(), put());
            case 8, 9 -> new Step<>(as, KVGrpc.getDeleteRangeMethod(), delete());
            case 10 ->
                new Step<>(
                        as,
                        KVGrpc.getCompactMethod(),
                        CompactionRequest.newBuilder()
                                .setRevision(random.nextInt(20))
                                .build());
            case 11 ->
                new Step<>(
                        as,
                        LeaseGrpc.getLeaseGrantMethod(),
                        LeaseGrantRequest.newBuilder()
                                .setID(1 + random.nextInt(3))
                                .setTTL(10_000)
                                .build());
            case 12 ->
                new Step<>(
                        as,
                        LeaseGrpc.getLeaseRevokeMethod(),
                        LeaseRevokeRequest.newBuilder()
                                .setID(1 + random.nextInt(3))
                                .build());
            default -> new Step<>(as, KVGrpc.getTxnMethod(), txn(2));
        };
    }

    /** Whether it ends before it begins. Who may ask that is a meant difference; the others can't change anything by it. */
    static boolean readsNothing(Message request) {
        return request instanceof RangeRequest range && isEmpty(range.getKey(), range.getRangeEnd());
    }

    private static boolean isEmpty(ByteString key, ByteString end) {
        return !end.isEmpty()
                && !end.equals(bytes("\0"))
                && ByteString.unsignedLexicographicalComparator().compare(end, key) <= 0;
    }

    private RangeRequest range() {
        return RangeRequest.newBuilder()
                .setKey(bytes(pick(KEYS)))
                .setRangeEnd(end())
                .setSerializable(chance(0.3))
                .build();
    }

    private RangeRequest rangeInTxn() {
        RangeRequest range = range();
        return readsNothing(range) ? range.toBuilder().clearRangeEnd().build() : range;
    }

    private PutRequest put() {
        return PutRequest.newBuilder()
                .setKey(bytes(pick(KEYS)))
                .setPrevKv(chance(0.3))
                .setLease(chance(0.2) ? 1 + random.nextInt(3) : 0)
                .build();
    }

    private DeleteRangeRequest delete() {
        ByteString key = bytes(pick(KEYS));
        ByteString end = end();
        return DeleteRangeRequest.newBuilder()
                .setKey(key)
                .setRangeEnd(isEmpty(key, end) ? ByteString.EMPTY : end)
                .setPrevKv(chance(0.3))
                .build();
    }

    /** None, any, also before the key, or to the last one. */
    private ByteString end() {
        return switch (random.nextInt(4)) {
            case 0, 1 -> ByteString.EMPTY;
            case 2 -> bytes(pick(KEYS));
            default -> bytes(chance(0.4) ? "\0" : pick(KEYS));
        };
    }

    /** Never without anything in it: see {@link AuthDifferentialTest}. */
    private TxnRequest txn(int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        if (chance(0.5)) {
            ByteString key = bytes(pick(KEYS));
            ByteString end = chance(0.2) ? bytes(pick(KEYS)) : ByteString.EMPTY;
            txn.addCompare(Compare.newBuilder()
                    .setKey(key)
                    .setRangeEnd(isEmpty(key, end) ? ByteString.EMPTY : end)
                    .setTarget(Compare.CompareTarget.VERSION)
                    .setResult(chance(0.5) ? Compare.CompareResult.GREATER : Compare.CompareResult.LESS)
                    .setVersion(1));
        }
        txn.addSuccess(op(depth));
        if (chance(0.5)) {
            txn.addFailure(op(depth));
        }
        return txn.build();
    }

    private RequestOp op(int depth) {
        RequestOp.Builder op = RequestOp.newBuilder();
        return switch (random.nextInt(depth > 0 ? 5 : 4)) {
            case 0 -> op.setRequestRange(rangeInTxn()).build();
            case 1, 2 -> op.setRequestPut(put()).build();
            case 3 -> op.setRequestDeleteRange(delete()).build();
            default -> op.setRequestTxn(txn(depth - 1)).build();
        };
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFrom(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
