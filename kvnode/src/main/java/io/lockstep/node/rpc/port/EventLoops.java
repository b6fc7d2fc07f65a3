package io.lockstep.node.rpc.port;

import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** The threads of the client port: epoll where there is epoll, else the JDK's selectors. */
final class EventLoops implements AutoCloseable {
    private static final long QUIET_MILLIS = 0;
    private static final long CLOSE_TIMEOUT_MILLIS = 2_000;

    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup acceptors;
    private final EventLoopGroup workers;

    EventLoops(int threads) {
        acceptors = group(1, "lockstep-client-accept");
        workers = group(threads, "lockstep-client");
    }

    private EventLoopGroup group(int threads, String name) {
        return new MultiThreadIoEventLoopGroup(
                threads,
                new DefaultThreadFactory(name, true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    NettyServerBuilder use(NettyServerBuilder builder) {
        Class<? extends ServerChannel> type = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        return builder.channelType(type).bossEventLoopGroup(acceptors).workerEventLoopGroup(workers);
    }

    /** The threads that serve connections, for calls that come without one. */
    Executor workers() {
        return workers;
    }

    /** Has it done by one of the workers until they close. */
    void every(long millis, Runnable task) {
        workers.next().scheduleWithFixedDelay(task, millis, millis, TimeUnit.MILLISECONDS);
    }

    void hold(CountDownLatch until) {
        acceptors.forEach(loop -> loop.execute(() -> await(until)));
        workers.forEach(loop -> loop.execute(() -> await(until)));
    }

    private static void await(CountDownLatch until) {
        try {
            until.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        acceptors.shutdownGracefully(QUIET_MILLIS, CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        workers.shutdownGracefully(QUIET_MILLIS, CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(2 * CLOSE_TIMEOUT_MILLIS);
    }
}
