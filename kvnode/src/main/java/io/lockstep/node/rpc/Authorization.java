package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AuthRoleGetRequest;
import io.lockstep.api.AuthUserGetRequest;
import io.lockstep.api.LeaseTimeToLiveRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.node.apply.CommandAccess;
import io.lockstep.node.auth.Asker;
import io.lockstep.node.auth.Permissions;
import io.lockstep.node.auth.RequestAccess;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.rpc.auth.Credentials;
import io.lockstep.node.rpc.auth.LogIns;
import io.lockstep.proto.log.Command;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one place where the client port decides who may do what (invariant I10). Every method has a rule here; one without
 * can't be served. What a rule needs is known at different moments, so it is asked at three:
 *
 * <ul>
 *   <li>as a call begins ({@link #admit}): whether it is a user's, or one's who may do everything;
 *   <li>at the view that a read is answered from ({@link #judge}): the keys that it reads, by the permissions of that view;
 *   <li>as a command goes into the log ({@link #sign}): who asks, and whether it is worth a place there. What counts is
 *       decided by the same rules where the command is applied, by the permissions in front of it ({@link CommandAccess}).
 * </ul>
 *
 * <p>This member may lag: the user, the token or the permission may be newer than its state. So a refusal by the state as it
 * is stands only once the member has caught up with what the cluster had acknowledged when the call came.
 */
public final class Authorization {
    /** What a method asks of the caller, once auth is on. */
    enum Rule {
        /** Nothing: it is how a caller becomes a user, or learns whether this member can be called at all. */
        OPEN,
        /** To be some user. */
        USER,
        /** To be a user with permission for the keys that the request names: judged in the view or when applied. */
        KEYS,
        /** To be the user, or to have the role, that is asked about; or ROOT. */
        SELF,
        /** To be a user of the role root. */
        ROOT
    }

    private static final Map<String, Rule> RULES = Map.ofEntries(
            Map.entry("etcdserverpb.KV/Range", Rule.KEYS),
            Map.entry("etcdserverpb.KV/Put", Rule.KEYS),
            Map.entry("etcdserverpb.KV/DeleteRange", Rule.KEYS),
            Map.entry("etcdserverpb.KV/Txn", Rule.KEYS),
            Map.entry("etcdserverpb.KV/Compact", Rule.ROOT),
            Map.entry("etcdserverpb.Watch/Watch", Rule.KEYS),
            Map.entry("etcdserverpb.Lease/LeaseGrant", Rule.USER),
            Map.entry("etcdserverpb.Lease/LeaseRevoke", Rule.KEYS),
            Map.entry("etcdserverpb.Lease/LeaseKeepAlive", Rule.USER),
            Map.entry("etcdserverpb.Lease/LeaseTimeToLive", Rule.KEYS),
            Map.entry("etcdserverpb.Lease/LeaseLeases", Rule.USER),
            Map.entry("etcdserverpb.Cluster/MemberAdd", Rule.ROOT),
            Map.entry("etcdserverpb.Cluster/MemberRemove", Rule.ROOT),
            Map.entry("etcdserverpb.Cluster/MemberUpdate", Rule.ROOT),
            Map.entry("etcdserverpb.Cluster/MemberList", Rule.USER),
            Map.entry("etcdserverpb.Cluster/MemberPromote", Rule.ROOT),
            // But for its one action that only looks: see ruleOf.
            Map.entry("etcdserverpb.Maintenance/Alarm", Rule.ROOT),
            Map.entry("etcdserverpb.Maintenance/Status", Rule.USER),
            Map.entry("etcdserverpb.Maintenance/Defragment", Rule.ROOT),
            Map.entry("etcdserverpb.Maintenance/Hash", Rule.ROOT),
            Map.entry("etcdserverpb.Maintenance/HashKV", Rule.ROOT),
            Map.entry("etcdserverpb.Maintenance/Snapshot", Rule.ROOT),
            Map.entry("etcdserverpb.Maintenance/MoveLeader", Rule.ROOT),
            Map.entry("etcdserverpb.Maintenance/Downgrade", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/AuthEnable", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/AuthDisable", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/AuthStatus", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/Authenticate", Rule.OPEN),
            Map.entry("etcdserverpb.Auth/UserAdd", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/UserGet", Rule.SELF),
            Map.entry("etcdserverpb.Auth/UserList", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/UserDelete", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/UserChangePassword", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/UserGrantRole", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/UserRevokeRole", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/RoleAdd", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/RoleGet", Rule.SELF),
            Map.entry("etcdserverpb.Auth/RoleList", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/RoleDelete", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/RoleGrantPermission", Rule.ROOT),
            Map.entry("etcdserverpb.Auth/RoleRevokePermission", Rule.ROOT),
            Map.entry("grpc.health.v1.Health/Check", Rule.OPEN),
            Map.entry("grpc.health.v1.Health/Watch", Rule.OPEN),
            Map.entry("v3lockpb.Lock/Lock", Rule.KEYS),
            Map.entry("v3lockpb.Lock/Unlock", Rule.KEYS),
            Map.entry("v3electionpb.Election/Campaign", Rule.KEYS),
            Map.entry("v3electionpb.Election/Proclaim", Rule.KEYS),
            Map.entry("v3electionpb.Election/Leader", Rule.KEYS),
            Map.entry("v3electionpb.Election/Observe", Rule.KEYS),
            Map.entry("v3electionpb.Election/Resign", Rule.KEYS));

    private static final Set<KvError> REFUSALS = Set.of(
            KvError.USER_EMPTY, KvError.INVALID_AUTH_TOKEN, KvError.AUTH_OLD_REVISION, KvError.PERMISSION_DENIED);

    private static final ByteString FIRST_KEY = ByteString.copyFrom(new byte[1]);

    private final Views views;
    private final ReadGate gate;
    private final LogIns logIns;

    Authorization(NodeServices services) {
        this.views = services.views();
        this.gate = services.readGate();
        this.logIns = services.logIns();
    }

    /** @throws IllegalStateException if the method has none: it must not be served */
    static Rule ruleOf(String fullMethodName) {
        Rule rule = RULES.get(fullMethodName);
        if (rule == null) {
            throw new IllegalStateException(fullMethodName + " has no rule that says who may call it");
        }
        return rule;
    }

    private static Rule ruleOf(String fullMethodName, Message request) {
        boolean onlyLooks = request instanceof AlarmRequest alarm && alarm.getAction() == AlarmRequest.AlarmAction.GET;
        return onlyLooks ? Rule.USER : ruleOf(fullMethodName);
    }

    /** Begins a call: refuses it, or has it served. */
    <R> CompletableFuture<R> admit(
            String fullMethodName, Message request, RpcCall call, Supplier<CompletableFuture<R>> work) {
        Rule rule = ruleOf(fullMethodName, request);
        call.asks(rule, request);
        if (rule != Rule.USER && rule != Rule.ROOT) {
            return work.get();
        }
        return caughtUp(call, () -> {
                    inView(view -> judge(call, view));
                    return CompletableFuture.<Void>completedFuture(null);
                })
                .thenCompose(admitted -> work.get());
    }

    /** A stream begins; what it may do is judged request by request. */
    void open(String fullMethodName, RpcCall opened) {
        opened.asks(ruleOf(fullMethodName), null);
    }

    /**
     * Judges a request of a stream by the newest permissions here, since a stream's requests wait for nothing.
     *
     * @throws KvException.Rejected as {@link #judge}
     */
    void admitInStream(String fullMethodName, Message request, RpcCall opened) {
        Rule rule = ruleOf(fullMethodName, request);
        opened.asks(rule, request);
        if (rule == Rule.USER || rule == Rule.ROOT) {
            inView(view -> judge(opened, view));
        }
    }

    /**
     * Judges the call by its rule and the permissions of the view that it is answered from.
     *
     * @throws KvException.Rejected USER_EMPTY, INVALID_AUTH_TOKEN, AUTH_OLD_REVISION or PERMISSION_DENIED
     */
    void judge(RpcCall call, ReadView view) {
        Permissions permissions = view.permissions();
        if (!permissions.enabled()) {
            return;
        }
        switch (call.rule()) {
            case OPEN -> {}
            case USER -> permissions.requireUser(asker(call, permissions));
            case ROOT -> permissions.requireRoot(asker(call, permissions));
            case SELF -> judgeSelf(call.request(), asker(call, permissions), permissions);
            case KEYS -> judgeKeys(call.request(), access(call, view));
        }
    }

    private static void judgeSelf(@Nullable Message request, Asker asker, Permissions permissions) {
        if (request instanceof AuthUserGetRequest get) {
            permissions.requireSelfOrRoot(asker, get.getName());
        } else if (request instanceof AuthRoleGetRequest get) {
            permissions.requireRoleOrRoot(asker, get.getRole());
        } else {
            permissions.requireRoot(asker);
        }
    }

    /** Only what is read by a view: whatever else names keys is judged by one of the methods below, or when applied. */
    private static void judgeKeys(@Nullable Message request, RequestAccess access) {
        if (request instanceof RangeRequest range) {
            access.range(range);
        } else if (request instanceof TxnRequest txn) {
            access.txn(txn);
        } else if (request instanceof LeaseTimeToLiveRequest lease) {
            if (lease.getKeys()) {
                access.requireLeaseKeysReadable(lease.getID());
            }
        } else {
            throw new KvException.Rejected(KvError.PERMISSION_DENIED);
        }
    }

    /**
     * Whether the caller may watch these keys, by the newest permissions here; what is revoked later does not end a watch.
     * An open end is judged as what it is, all keys from the first on.
     *
     * @throws KvException.Rejected as {@link #judge}
     */
    public void watch(RpcCall call, WatchCreateRequest create) {
        read(call, create.getKey().isEmpty() ? FIRST_KEY : create.getKey(), create.getRangeEnd());
    }

    /**
     * Whether the caller may read these keys, by the newest permissions here: for what reads them otherwise than by a Range.
     *
     * @throws KvException.Rejected as {@link #judge}
     */
    public void read(RpcCall call, ByteString key, ByteString rangeEnd) {
        inView(view -> access(call, view).requireRead(key, rangeEnd));
    }

    /** The newest view, if auth is on in it. */
    private void inView(Consumer<ReadView> judgement) {
        ReadView view = views.acquire();
        try {
            if (view.permissions().enabled()) {
                judgement.accept(view);
            }
        } finally {
            view.release();
        }
    }

    private RequestAccess access(RpcCall call, ReadView view) {
        Permissions permissions = view.permissions();
        return RequestAccess.of(
                permissions, asker(call, permissions), lease -> view.leases(table -> table.keys(lease)));
    }

    /**
     * Writes into a command who asks for it.
     *
     * <p>Fails as {@link #judge}: what nobody may do takes no room in the log and raises no alarm.
     */
    CompletableFuture<Command.Builder> sign(Command.Builder command, RpcCall call) {
        if (call.rule() == Rule.OPEN) {
            return CompletableFuture.completedFuture(command);
        }
        return caughtUp(call, () -> {
            inView(view -> {
                Asker asker = asker(call, view.permissions());
                command.setUser(asker.user()).setAuthRevision(asker.authRevision());
                CommandAccess.check(command, view.permissions(), lease -> view.leases(table -> table.keys(lease)));
            });
            return CompletableFuture.completedFuture(command);
        });
    }

    /** Who calls: by the token, or else by the certificate. */
    private Asker asker(RpcCall call, Permissions permissions) {
        Credentials credentials = call.credentials();
        String token = credentials.token();
        if (token != null) {
            Asker asker = logIns.tokens().asker(token, permissions);
            if (asker == null) {
                throw new KvException.Rejected(KvError.INVALID_AUTH_TOKEN);
            }
            if (Long.compareUnsigned(asker.authRevision(), permissions.revision()) < 0) {
                throw new KvException.Rejected(KvError.AUTH_OLD_REVISION);
            }
            return asker;
        }
        String name = commonName(credentials);
        return name == null ? Asker.NOBODY : new Asker(name, permissions.revision());
    }

    /**
     * The attempt, and once more if it is refused: after this member has what was acknowledged when it was. Without a leader
     * the refusal stands.
     */
    private <R> CompletableFuture<R> caughtUp(RpcCall call, Supplier<CompletableFuture<R>> attempt) {
        return caughtUp(call, attempt, attempt);
    }

    /** @param again runs where the gate opens */
    <R> CompletableFuture<R> caughtUp(
            RpcCall call, Supplier<CompletableFuture<R>> attempt, Supplier<CompletableFuture<R>> again) {
        try {
            return attempt.get();
        } catch (KvException.Rejected refused) {
            if (!REFUSALS.contains(refused.error()) || saysNothing(call)) {
                throw refused;
            }
            CompletableFuture<Void> open = gate.await(call.deadlineNanos());
            call.follow(open);
            return open.exceptionally(noLeader -> {
                        throw refused;
                    })
                    .thenCompose(there -> again.get());
        }
    }

    /** Who does not even say who asks would wait for nothing. */
    private boolean saysNothing(RpcCall call) {
        return call.credentials().token() == null && commonName(call.credentials()) == null;
    }

    private @Nullable String commonName(Credentials credentials) {
        return logIns.certificateNames() ? credentials.commonName() : null;
    }
}
