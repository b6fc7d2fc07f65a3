package io.lockstep.node.raft.transport;

import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The threads of the peer port, shared by nobody else: a flood of clients must not delay a heartbeat. */
final class EventLoops implements AutoCloseable {
    private static final int THREADS = 2;

    private final boolean epoll = Epoll.isAvailable();
    private final EventLoopGroup group;

    EventLoops(String name) {
        DefaultThreadFactory threads = new DefaultThreadFactory(name, true);
        this.group = new MultiThreadIoEventLoopGroup(
                THREADS, threads, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    void configure(NettyServerBuilder builder) {
        builder.bossEventLoopGroup(group)
                .workerEventLoopGroup(group)
                .channelType(epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .withOption(ChannelOption.SO_REUSEADDR, true)
                .withChildOption(ChannelOption.TCP_NODELAY, true);
    }

    void configure(NettyChannelBuilder builder, int connectTimeoutMillis) {
        builder.eventLoopGroup(group)
                .channelType(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .withOption(ChannelOption.TCP_NODELAY, true)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectTimeoutMillis);
        if (epoll) {
            // The kernel gives up on a peer that acknowledges nothing, long before TCP's own patience ends.
            builder.withOption(EpollChannelOption.TCP_USER_TIMEOUT, connectTimeoutMillis * 5);
        }
    }

    void hold(CountDownLatch until) {
        group.forEach(loop -> loop.execute(() -> await(until)));
    }

    static void await(CountDownLatch until) {
        try {
            until.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
