package io.lockstep.node.rpc.http;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.lockstep.node.rpc.Admission;
import io.lockstep.node.rpc.OpenCalls;
import io.lockstep.node.rpc.OpenStreams;
import io.lockstep.node.rpc.RpcCall;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.RpcMetrics;
import io.lockstep.node.rpc.ServiceTable;
import io.lockstep.node.rpc.StreamRpc;
import io.lockstep.node.rpc.UnaryRpc;
import io.netty.handler.codec.http.HttpMethod;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Which method answers which path of the JSON gateway; the paths are etcd's. */
final class GatewayRoutes implements Pages {
    /** Path below {@code /v3/} (and {@code /v3beta/}, which etcd serves alike) and method, two by two. */
    private static final String[] PATHS = {
        "kv/range", "etcdserverpb.KV/Range",
        "kv/put", "etcdserverpb.KV/Put",
        "kv/deleterange", "etcdserverpb.KV/DeleteRange",
        "kv/txn", "etcdserverpb.KV/Txn",
        "kv/compaction", "etcdserverpb.KV/Compact",
        "watch", "etcdserverpb.Watch/Watch",
        "lease/grant", "etcdserverpb.Lease/LeaseGrant",
        "lease/revoke", "etcdserverpb.Lease/LeaseRevoke",
        "kv/lease/revoke", "etcdserverpb.Lease/LeaseRevoke",
        "lease/keepalive", "etcdserverpb.Lease/LeaseKeepAlive",
        "lease/timetolive", "etcdserverpb.Lease/LeaseTimeToLive",
        "kv/lease/timetolive", "etcdserverpb.Lease/LeaseTimeToLive",
        "lease/leases", "etcdserverpb.Lease/LeaseLeases",
        "kv/lease/leases", "etcdserverpb.Lease/LeaseLeases",
        "cluster/member/add", "etcdserverpb.Cluster/MemberAdd",
        "cluster/member/remove", "etcdserverpb.Cluster/MemberRemove",
        "cluster/member/update", "etcdserverpb.Cluster/MemberUpdate",
        "cluster/member/list", "etcdserverpb.Cluster/MemberList",
        "cluster/member/promote", "etcdserverpb.Cluster/MemberPromote",
        "maintenance/alarm", "etcdserverpb.Maintenance/Alarm",
        "maintenance/status", "etcdserverpb.Maintenance/Status",
        "maintenance/defragment", "etcdserverpb.Maintenance/Defragment",
        "maintenance/hash", "etcdserverpb.Maintenance/Hash",
        "maintenance/hashkv", "etcdserverpb.Maintenance/HashKV",
        "maintenance/snapshot", "etcdserverpb.Maintenance/Snapshot",
        "maintenance/transfer-leadership", "etcdserverpb.Maintenance/MoveLeader",
        "maintenance/downgrade", "etcdserverpb.Maintenance/Downgrade",
        "auth/enable", "etcdserverpb.Auth/AuthEnable",
        "auth/disable", "etcdserverpb.Auth/AuthDisable",
        "auth/status", "etcdserverpb.Auth/AuthStatus",
        "auth/authenticate", "etcdserverpb.Auth/Authenticate",
        "auth/user/add", "etcdserverpb.Auth/UserAdd",
        "auth/user/get", "etcdserverpb.Auth/UserGet",
        "auth/user/list", "etcdserverpb.Auth/UserList",
        "auth/user/delete", "etcdserverpb.Auth/UserDelete",
        "auth/user/changepw", "etcdserverpb.Auth/UserChangePassword",
        "auth/user/grant", "etcdserverpb.Auth/UserGrantRole",
        "auth/user/revoke", "etcdserverpb.Auth/UserRevokeRole",
        "auth/role/add", "etcdserverpb.Auth/RoleAdd",
        "auth/role/get", "etcdserverpb.Auth/RoleGet",
        "auth/role/list", "etcdserverpb.Auth/RoleList",
        "auth/role/delete", "etcdserverpb.Auth/RoleDelete",
        "auth/role/grant", "etcdserverpb.Auth/RoleGrantPermission",
        "auth/role/revoke", "etcdserverpb.Auth/RoleRevokePermission",
        "lock/lock", "v3lockpb.Lock/Lock",
        "lock/unlock", "v3lockpb.Lock/Unlock",
        "election/campaign", "v3electionpb.Election/Campaign",
        "election/proclaim", "v3electionpb.Election/Proclaim",
        "election/leader", "v3electionpb.Election/Leader",
        "election/observe", "v3electionpb.Election/Observe",
        "election/resign", "v3electionpb.Election/Resign",
    };

    private final Map<String, Pages> byPath = new HashMap<>();
    private final Map<String, StreamGateway<?, ?>> streamsByPath = new HashMap<>();

    GatewayRoutes(
            ServiceTable table,
            Admission admission,
            RpcMetrics metrics,
            OpenCalls openCalls,
            OpenStreams openStreams,
            RpcLimits limits,
            Executor pool) {
        Map<String, MethodDescriptor<?, ?>> generated = new HashMap<>();
        for (ServiceDescriptor service : table.services()) {
            service.getMethods().forEach(method -> generated.put(method.getFullMethodName(), method));
        }
        for (int i = 0; i < PATHS.length; i += 2) {
            String name = PATHS[i + 1];
            MethodDescriptor<?, ?> method = generated.get(name);
            if (method == null) {
                throw new IllegalStateException("the API has no method " + name);
            }
            StreamRpc<?, ?> stream = table.findStream(name);
            if (stream != null) {
                StreamGateway<?, ?> gateway =
                        new StreamGateway<>(stream, method, admission, metrics, openStreams, limits);
                streamsByPath.put("/v3/" + PATHS[i], gateway);
                streamsByPath.put("/v3beta/" + PATHS[i], gateway);
                continue;
            }
            UnaryRpc<?, ?> rpc = table.find(name);
            if (rpc == null) {
                continue; // Only tables of tests lack methods.
            }
            Pages page = gateway(rpc, method, admission, metrics, openCalls, limits, pool);
            byPath.put("/v3/" + PATHS[i], page);
            byPath.put("/v3beta/" + PATHS[i], page);
        }
    }

    private static <Q extends Message, R> Pages gateway(
            UnaryRpc<Q, R> rpc,
            MethodDescriptor<?, ?> generated,
            Admission admission,
            RpcMetrics metrics,
            OpenCalls openCalls,
            RpcLimits limits,
            Executor pool) {
        return new Gateway<>(rpc, generated, admission, metrics, openCalls, limits, pool)::answer;
    }

    /** Those of streams; a POST to one of them never comes to {@link #answer}. */
    Map<String, StreamGateway<?, ?>> streams() {
        return streamsByPath;
    }

    static boolean owns(String path) {
        return path.startsWith("/v3/") || path.startsWith("/v3beta/");
    }

    @Override
    public CompletableFuture<HttpAnswer> answer(HttpRequestIn request, RpcCall call) {
        @Nullable Pages page = byPath.get(request.path());
        if (page == null && streamsByPath.containsKey(request.path())) {
            return CompletableFuture.completedFuture(GatewayErrors.onlyPost());
        }
        if (page == null) {
            return CompletableFuture.completedFuture(GatewayErrors.notFound());
        }
        return request.method().equals(HttpMethod.POST)
                ? page.answer(request, call)
                : CompletableFuture.completedFuture(GatewayErrors.onlyPost());
    }
}
