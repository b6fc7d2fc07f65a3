package io.lockstep.client;

import io.grpc.netty.NettyChannelBuilder;
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
import java.util.concurrent.TimeUnit;

/** The network threads of one client: epoll where netty's native part is on the class path, NIO otherwise. */
record EventLoop(EventLoopGroup group, Class<? extends SocketChannel> channelType) {
    private static final long TERMINATION_SECONDS = 5;

    static EventLoop start(int threads, boolean nativeTransport) {
        if (nativeTransport && epollIsThere()) {
            return NativeLoop.start(threads);
        }
        return new EventLoop(group(threads, NioIoHandler.newFactory()), NioSocketChannel.class);
    }

    /** Asked by name, since the class is absent where the native part is not on the class path. */
    private static boolean epollIsThere() {
        try {
            Class.forName("io.netty.channel.epoll.Epoll", false, EventLoop.class.getClassLoader());
            return NativeLoop.isAvailable();
        } catch (ClassNotFoundException | LinkageError absent) {
            return false;
        }
    }

    private static EventLoopGroup group(int threads, IoHandlerFactory handler) {
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("lockstep-client-io", true), handler);
    }

    NettyChannelBuilder configure(NettyChannelBuilder channel) {
        return channel.eventLoopGroup(group).channelType(channelType);
    }

    /** Ends the threads; blocks until they are gone, at most 5 s. */
    void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(TERMINATION_SECONDS, TimeUnit.SECONDS);
    }

    /** Apart, so that the epoll classes are linked only where they are. */
    private static final class NativeLoop {
        static boolean isAvailable() {
            return Epoll.isAvailable();
        }

        static EventLoop start(int threads) {
            return new EventLoop(group(threads, EpollIoHandler.newFactory()), EpollSocketChannel.class);
        }
    }
}
