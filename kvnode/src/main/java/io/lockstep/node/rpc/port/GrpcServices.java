package io.lockstep.node.rpc.port;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.lockstep.node.rpc.Admission;
import io.lockstep.node.rpc.OpenCalls;
import io.lockstep.node.rpc.OpenStreams;
import io.lockstep.node.rpc.RpcMetrics;
import io.lockstep.node.rpc.ServiceTable;
import io.lockstep.node.rpc.StreamRpc;
import io.lockstep.node.rpc.UnaryRpc;
import java.util.List;

/** The service table in gRPC's own terms. */
final class GrpcServices {
    private final ServiceTable table;
    private final Admission admission;
    private final RpcMetrics metrics;
    private final OpenCalls openCalls;
    private final OpenStreams openStreams;
    private final long limitNanos;

    GrpcServices(
            ServiceTable table,
            Admission admission,
            RpcMetrics metrics,
            OpenCalls openCalls,
            OpenStreams openStreams,
            long limitNanos) {
        this.table = table;
        this.admission = admission;
        this.metrics = metrics;
        this.openCalls = openCalls;
        this.openStreams = openStreams;
        this.limitNanos = limitNanos;
    }

    List<ServerServiceDefinition> definitions() {
        return table.services().stream().map(this::definition).toList();
    }

    private ServerServiceDefinition definition(ServiceDescriptor service) {
        // By name and not by descriptor, which would demand the generated marshallers.
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service.getName());
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
            UnaryRpc<?, ?> rpc = table.find(method.getFullMethodName());
            StreamRpc<?, ?> stream = table.findStream(method.getFullMethodName());
            if (rpc != null) {
                addUnary(definition, rpc);
            } else if (stream != null) {
                addStream(definition, stream);
            }
            // Only tables of tests lack methods; gRPC refuses what it does not know.
        }
        return definition.build();
    }

    private <Q extends Message, R> void addUnary(ServerServiceDefinition.Builder definition, UnaryRpc<Q, R> rpc) {
        definition.addMethod(
                rpc.method(), new UnaryCallHandler<>(rpc, admission, metrics.of(rpc.method()), openCalls, limitNanos));
    }

    private <Q extends Message, R extends Message> void addStream(
            ServerServiceDefinition.Builder definition, StreamRpc<Q, R> rpc) {
        definition.addMethod(
                rpc.method(),
                new StreamCallHandler<>(rpc, admission, metrics.of(rpc.method()), openStreams, limitNanos));
    }
}
