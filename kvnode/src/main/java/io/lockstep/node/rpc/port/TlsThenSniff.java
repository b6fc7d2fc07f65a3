package io.lockstep.node.rpc.port;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;

/** Begins a connection with TLS, with the certificate of this moment, and leaves the rest to the sniffer behind it. */
final class TlsThenSniff extends ChannelInboundHandlerAdapter {
    private final SslContext context;
    private final ChannelHandler sniffer;
    private final long handshakeTimeoutMillis;

    TlsThenSniff(SslContext context, ChannelHandler sniffer, long handshakeTimeoutMillis) {
        this.context = context;
        this.sniffer = sniffer;
        this.handshakeTimeoutMillis = handshakeTimeoutMillis;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        SslHandler ssl = context.newHandler(ctx.alloc());
        ssl.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
        ctx.pipeline().addAfter(ctx.name(), null, sniffer);
        ctx.pipeline().replace(this, null, ssl);
    }
}
