package io.lockstep.bench.compare;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.traffic.GlobalTrafficShapingHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * Links between members that carry only so much: in front of each member's peer port stands a relay that passes on so many
 * bytes a second, all connections together, in each direction. What is too much stays with the sender, as TCP has it.
 */
final class SlowLinks implements AutoCloseable {
    private static final long CHECK_MILLIS = 100;
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private final long bytesPerSecond;
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("bench-links", true), NioIoHandler.newFactory());

    SlowLinks(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** The port to reach this peer port at; the member may come up later, and go and come again. */
    int before(int peerPort) throws IOException {
        GlobalTrafficShapingHandler rate =
                new GlobalTrafficShapingHandler(loops.next(), bytesPerSecond, bytesPerSecond, CHECK_MILLIS);
        ChannelFuture bound = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel accepted) {
                        accepted.pipeline().addLast(rate);
                        connect(accepted, peerPort);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException("no port for a relay: " + bound.cause(), bound.cause());
        }
        return ((InetSocketAddress) bound.channel().localAddress()).getPort();
    }

    private static void connect(SocketChannel accepted, int peerPort) {
        ChannelFuture connecting = new Bootstrap()
                .group(accepted.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(InetAddress.getLoopbackAddress(), peerPort);
        Channel member = connecting.channel();
        connecting.addListener((ChannelFutureListener) done -> {
            if (done.isSuccess()) {
                accepted.pipeline().addLast(new PassOn(member));
                member.pipeline().addLast(new PassOn(accepted));
                accepted.config().setAutoRead(true);
                member.config().setAutoRead(true);
            } else {
                accepted.close();
            }
        });
    }

    /** What is read here is written there, as fast as that takes it. */
    private static final class PassOn extends ChannelInboundHandlerAdapter {
        private final Channel there;

        PassOn(Channel there) {
            this.there = there;
        }

        @Override
        public void channelRead(ChannelHandlerContext here, Object bytes) {
            there.writeAndFlush(bytes);
            if (!there.isWritable()) {
                here.channel().config().setAutoRead(false);
            }
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext here) {
            // Of this side: whoever is read for it may go on.
            there.config().setAutoRead(here.channel().isWritable());
            here.fireChannelWritabilityChanged();
        }

        @Override
        public void channelInactive(ChannelHandlerContext here) {
            there.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext here, Throwable cause) {
            here.close();
        }
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
