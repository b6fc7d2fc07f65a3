package io.lockstep.node.rpc.port;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the first bytes of a connection (behind TLS, where there is TLS) and hands it to gRPC or to HTTP/1. ALPN is not
 * asked: clients without it exist, and the bytes tell for certain. What begins like neither is closed.
 */
final class ProtocolSniffer extends ByteToMessageDecoder {
    private final ByteBuf preface = Http2CodecUtil.connectionPrefaceBuf();
    private final GrpcHttp2ConnectionHandler grpcHandler;
    private final Consumer<ChannelPipeline> http1;
    private final long firstBytesTimeoutMillis;
    private @Nullable Future<?> timeout;

    /** @param http1 puts the handlers of HTTP/1 at the end of a pipeline */
    ProtocolSniffer(
            GrpcHttp2ConnectionHandler grpcHandler, Consumer<ChannelPipeline> http1, long firstBytesTimeoutMillis) {
        this.grpcHandler = grpcHandler;
        this.http1 = http1;
        this.firstBytesTimeoutMillis = firstBytesTimeoutMillis;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        timeout = ctx.executor().schedule(() -> ctx.close(), firstBytesTimeoutMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        stopTimeout();
        preface.release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        stopTimeout();
        super.channelInactive(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (!Negotiation.isStart(event)) {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int readable = Math.min(in.readableBytes(), preface.readableBytes());
        boolean mayBeHttp2 = ByteBufUtil.equals(in, in.readerIndex(), preface, preface.readerIndex(), readable);
        if (mayBeHttp2 && readable < preface.readableBytes()) {
            return;
        }
        if (mayBeHttp2) {
            Negotiation.becomeGrpc(ctx, grpcHandler);
            ctx.pipeline().remove(this);
        } else if (beginsLikeAMethod(in)) {
            Negotiation.leaveGrpc(ctx.pipeline());
            http1.accept(ctx.pipeline());
            ctx.pipeline().remove(this);
        } else {
            in.skipBytes(in.readableBytes());
            ctx.close();
        }
    }

    private static boolean beginsLikeAMethod(ByteBuf in) {
        int first = in.getByte(in.readerIndex());
        return first >= 'A' && first <= 'Z';
    }

    private void stopTimeout() {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }
}
