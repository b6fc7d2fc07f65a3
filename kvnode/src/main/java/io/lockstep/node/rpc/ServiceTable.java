package io.lockstep.node.rpc;

import com.google.protobuf.Message;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.lockstep.api.AuthGrpc;
import io.lockstep.api.ClusterGrpc;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.election.ElectionGrpc;
import io.lockstep.api.lock.LockGrpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Every method of the API by its full name, and what serves it. */
public final class ServiceTable {
    private static final List<ServiceDescriptor> API = List.of(
            KVGrpc.getServiceDescriptor(),
            WatchGrpc.getServiceDescriptor(),
            LeaseGrpc.getServiceDescriptor(),
            ClusterGrpc.getServiceDescriptor(),
            MaintenanceGrpc.getServiceDescriptor(),
            AuthGrpc.getServiceDescriptor(),
            LockGrpc.getServiceDescriptor(),
            ElectionGrpc.getServiceDescriptor(),
            HealthGrpc.getServiceDescriptor());

    private final Map<String, UnaryRpc<?, ?>> rpcs;
    private final Map<String, StreamRpc<?, ?>> streams;

    /** @param health told of time by who holds it */
    public ServiceTable(
            NodeServices services, RpcLimits limits, OpenCalls openCalls, Executor readPool, HealthService health) {
        Headers headers = new Headers(services);
        Authorization authorization = new Authorization(services);
        Reads reads = new Reads(
                services,
                headers,
                authorization,
                new ReadMetrics(services),
                openCalls,
                readPool,
                limits.maxQueueWait());
        AckedWrites writes = new AckedWrites(services, headers, authorization);
        List<UnaryRpc<?, ?>> all = new ArrayList<>();
        RequestChecks checks = new RequestChecks(limits);
        all.addAll(new KvService(checks, reads, writes, services.writes()).rpcs());
        LeaseService leases = new LeaseService(writes, reads, headers, services);
        all.addAll(leases.rpcs());
        Queueing queues = new Queueing(
                checks, writes, reads, leases, new Queueing.Bounds(services.watches(), limits.requestTimeout()));
        ElectionService elections = new ElectionService(queues, services.watches(), headers);
        all.addAll(new LockService(queues).rpcs());
        all.addAll(elections.rpcs());
        all.addAll(new MaintenanceService(services, reads, writes).rpcs());
        all.addAll(new ClusterService(services, headers, reads, writes).rpcs());
        all.addAll(new AuthService(services, reads, writes).rpcs());
        all.addAll(health.rpcs());
        List<StreamRpc<?, ?>> allStreams = new ArrayList<>();
        allStreams.addAll(health.streams());
        allStreams.addAll(leases.streams());
        allStreams.addAll(elections.streams());
        allStreams.addAll(new SnapshotService(services.care(), readPool).streams());
        allStreams.add(new WatchService(services.watches(), headers, authorization).rpc());
        rpcs = byName(all.stream()
                .<UnaryRpc<?, ?>>map(rpc -> authorized(rpc, authorization))
                .toList());
        streams = streamsByName(allStreams.stream()
                .<StreamRpc<?, ?>>map(stream -> authorized(stream, authorization))
                .toList());
    }

    /** For tests of what carries them: these methods and no others. */
    public ServiceTable(List<UnaryRpc<?, ?>> rpcs, List<StreamRpc<?, ?>> streams) {
        this.rpcs = byName(rpcs);
        this.streams = streamsByName(streams);
    }

    private static Map<String, UnaryRpc<?, ?>> byName(List<UnaryRpc<?, ?>> all) {
        return all.stream()
                .collect(Collectors.toUnmodifiableMap(rpc -> rpc.method().getFullMethodName(), Function.identity()));
    }

    private static Map<String, StreamRpc<?, ?>> streamsByName(List<StreamRpc<?, ?>> all) {
        return all.stream()
                .collect(Collectors.toUnmodifiableMap(rpc -> rpc.method().getFullMethodName(), Function.identity()));
    }

    /** What has no rule is not served: see {@link Authorization}. */
    private static <Q extends Message, R> UnaryRpc<Q, R> authorized(UnaryRpc<Q, R> rpc, Authorization authorization) {
        String name = rpc.method().getFullMethodName();
        Authorization.ruleOf(name);
        return new UnaryRpc<>(
                rpc.method(),
                (request, call) -> authorization.admit(name, request, call, () -> rpc.handle(request, call)));
    }

    private static <Q extends Message, R extends Message> StreamRpc<Q, R> authorized(
            StreamRpc<Q, R> stream, Authorization authorization) {
        String name = stream.method().getFullMethodName();
        Authorization.ruleOf(name);
        return new StreamRpc<>(stream.method(), stream.maxOpenRequests(), call -> {
            authorization.open(name, call.opened());
            return new AuthorizedListener<>(name, stream.handler().open(call), call, authorization);
        });
    }

    /** The services of the API, those that come later too. */
    public List<ServiceDescriptor> services() {
        return API;
    }

    /** Null: the method is not offered, or has one answer. */
    public @Nullable StreamRpc<?, ?> findStream(String fullMethodName) {
        return streams.get(fullMethodName);
    }

    /** Null: the method is not offered, or is a stream. */
    public @Nullable UnaryRpc<?, ?> find(String fullMethodName) {
        return rpcs.get(fullMethodName);
    }
}
