package io.lockstep.node.rpc.port;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The services of the client port for callers in this process: the same checks, deadlines, metadata and trailers, and no
 * TCP. Calls run on the port's event loops, answers on the channel's own threads, so that a caller that blocks in a
 * callback holds up nobody here.
 */
final class InProcessPort {
    private static final int MAX_METADATA_BYTES = 64 * 1024;

    private final Server server;
    private final ManagedChannel channel;

    InProcessPort(List<ServerServiceDefinition> services, Executor executor) {
        String name = InProcessServerBuilder.generateName();
        InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
        services.forEach(builder::addService);
        server = builder.executor(executor)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .build();
        channel = InProcessChannelBuilder.forName(name)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .build();
    }

    void start() throws IOException {
        server.start();
    }

    Channel channel() {
        return channel;
    }

    void shutdown() {
        server.shutdown();
    }

    void awaitTermination(long deadlineNanos) throws InterruptedException {
        server.awaitTermination(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    /** Ends the calls under way too, and the channel. */
    void abandon() {
        channel.shutdownNow();
        server.shutdownNow();
    }
}
