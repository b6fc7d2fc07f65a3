package io.lockstep.node.rpc;

import io.grpc.ServiceDescriptor;
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
            ElectionGrpc.getServiceDescriptor());

    private final Map<String, UnaryRpc<?, ?>> rpcs;
    private final Map<String, StreamRpc<?, ?>> streams;

    public ServiceTable(NodeServices services, RpcLimits limits, OpenCalls openCalls, Executor readPool) {
        Headers headers = new Headers(services);
        Reads reads =
                new Reads(services, headers, new ReadMetrics(services), openCalls, readPool, limits.maxQueueWait());
        List<UnaryRpc<?, ?>> all = new ArrayList<>();
        AckedWrites writes = new AckedWrites(services, headers);
        all.addAll(new KvService(new RequestChecks(limits), reads, writes, services.writes()).rpcs());
        LeaseService leases = new LeaseService(writes, reads, headers, services);
        all.addAll(leases.rpcs());
        all.addAll(new MaintenanceService(services, reads, writes).rpcs());
        all.addAll(new ClusterService(headers, reads).rpcs());
        List<StreamRpc<?, ?>> allStreams = new ArrayList<>();
        allStreams.addAll(leases.streams());
        allStreams.addAll(new SnapshotService(services.care(), readPool).streams());
        rpcs = byName(all);
        streams = streamsByName(allStreams);
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
