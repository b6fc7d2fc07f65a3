package io.lockstep.bench.load;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.KVGrpc;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a load, on event loops of its own; calls take them in turn, so every endpoint gets the same share. Completions run on the
 * event loops: there is no hop to another thread on the way.
 */
public final class Connections implements AutoCloseable {
    /** More threads than this only take the servers' time away: a loop fills a core at about 50,000 small calls a second. */
    private static final int EVENT_LOOPS = 2;

    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(20);
    private static final Metadata.Key<String> GRPC_TIMEOUT =
            Metadata.Key.of("grpc-timeout", Metadata.ASCII_STRING_MARSHALLER);
    private static final long CLOSE_TIMEOUT_SECONDS = 10;

    private final EventLoopGroup eventLoops;
    private final List<ManagedChannel> channels = new ArrayList<>();
    /** Taken by every event loop and by the pacer. */
    private final AtomicInteger turn = new AtomicInteger();

    /** Null: only the server ends calls. */
    private final @Nullable Duration callTimeout;

    /** Every call ends by a timer of this process, if the server has not answered by then. */
    public Connections(LoadSpec.Target target) {
        this(target, CALL_TIMEOUT, new Metadata());
    }

    /**
     * For more calls than the server can serve: it is told the timeout of each, but nothing ends a call on this side. The
     * timers, and the texts that they end calls with, would cost more than the calls do.
     */
    public static Connections withoutTimers(LoadSpec.Target target, Duration timeoutToldToServer) {
        Metadata headers = new Metadata();
        headers.put(GRPC_TIMEOUT, timeoutToldToServer.toMillis() + "m");
        return new Connections(target, null, headers);
    }

    private Connections(LoadSpec.Target target, @Nullable Duration callTimeout, Metadata headers) {
        this.callTimeout = callTimeout;
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        Class<? extends SocketChannel> channelType = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
        eventLoops = new MultiThreadIoEventLoopGroup(EVENT_LOOPS, new DefaultThreadFactory("bench-io", true), io);
        for (int i = 0; i < target.connections(); i++) {
            channels.add(NettyChannelBuilder.forTarget("dns:///"
                            + target.endpoints().get(i % target.endpoints().size()))
                    .usePlaintext()
                    .eventLoopGroup(eventLoops)
                    .channelType(channelType)
                    .directExecutor()
                    .intercept(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .maxInboundMessageSize(Integer.MAX_VALUE)
                    .build());
        }
    }

    /** For what is no operation of a load: the connections in turn. */
    public Channel channel(int turn) {
        return channels.get(Math.floorMod(turn, channels.size()));
    }

    /** What becomes of a call: a response and OK, or no response and why. Runs on an event loop, or on the caller's thread. */
    interface Completion {
        void done(@Nullable Message response, Status status);
    }

    void start(Operation operation, Completion completion) {
        if (operation instanceof Operation.Put put) {
            start(KVGrpc.getPutMethod(), put.request(), completion);
        } else if (operation instanceof Operation.Range range) {
            start(KVGrpc.getRangeMethod(), range.request(), completion);
        } else if (operation instanceof Operation.Cas cas) {
            start(KVGrpc.getTxnMethod(), cas.request(), completion);
        }
    }

    private <Q extends Message, A extends Message> void start(
            MethodDescriptor<Q, A> method, Q request, Completion completion) {
        ManagedChannel channel = channels.get(Math.floorMod(turn.getAndIncrement(), channels.size()));
        CallOptions options = callTimeout == null
                ? CallOptions.DEFAULT
                : CallOptions.DEFAULT.withDeadlineAfter(callTimeout.toNanos(), TimeUnit.NANOSECONDS);
        ClientCalls.asyncUnaryCall(channel.newCall(method, options), request, new Unary<A>(completion));
    }

    private static final class Unary<A extends Message> implements StreamObserver<A> {
        private final Completion completion;
        private @Nullable A response;

        Unary(Completion completion) {
            this.completion = completion;
        }

        @Override
        public void onNext(A value) {
            response = value;
        }

        @Override
        public void onError(Throwable error) {
            completion.done(null, Status.fromThrowable(error));
        }

        @Override
        public void onCompleted() {
            completion.done(response, Status.OK);
        }
    }

    @Override
    public void close() {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow();
        }
        try {
            for (ManagedChannel channel : channels) {
                channel.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
            eventLoops
                    .shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                    .await(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
