package io.lockstep.node.rpc.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Takes streaming calls out of an HTTP/1 connection before their body is gathered: they are answered while it comes in. All
 * else goes on to {@link HttpConnection}. Answers keep the order of the requests: one that comes while an earlier one is
 * being answered waits here, and reading stops. On the connection's event loop.
 */
final class HttpStreams extends ChannelInboundHandlerAdapter {
    private final Map<String, StreamGateway<?, ?>> byPath;
    private final HttpTimer timer;
    private final HttpConnection connection;
    private final int maxObjectBytes;
    private final Executor pool;

    /** Behind a request that is being answered; no more than came with it. */
    private final Queue<HttpObject> held = new ArrayDeque<>();

    private @Nullable StreamExchange<?, ?> current;

    HttpStreams(
            Map<String, StreamGateway<?, ?>> byPath,
            HttpTimer timer,
            HttpConnection connection,
            int maxObjectBytes,
            Executor pool) {
        this.byPath = byPath;
        this.timer = timer;
        this.connection = connection;
        this.maxObjectBytes = maxObjectBytes;
        this.pool = pool;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof HttpObject part)) {
            ctx.fireChannelRead(message);
        } else if (!held.isEmpty() || mustWait(part)) {
            held.add(part);
            ctx.channel().config().setAutoRead(false);
        } else {
            take(ctx, part);
        }
    }

    private boolean mustWait(HttpObject part) {
        return part instanceof HttpRequest request
                && (current != null || (gateway(request) != null && connection.isBusy()));
    }

    private @Nullable StreamGateway<?, ?> gateway(HttpRequest request) {
        return request.decoderResult().isSuccess() && request.method().equals(HttpMethod.POST)
                ? byPath.get(new QueryStringDecoder(request.uri()).rawPath())
                : null;
    }

    private void take(ChannelHandlerContext ctx, HttpObject part) {
        StreamExchange<?, ?> exchange = current;
        if (part instanceof HttpRequest request) {
            StreamGateway<?, ?> gateway = gateway(request);
            if (gateway == null) {
                ctx.fireChannelRead(part);
                return;
            }
            timer.answering();
            if (HttpUtil.is100ContinueExpected(request)) {
                FullHttpResponse goOn = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE);
                ctx.writeAndFlush(goOn);
            }
            exchange = new StreamExchange<>(gateway, ctx, request, maxObjectBytes, pool, () -> answered(ctx));
            current = exchange;
        }
        if (exchange != null && part instanceof HttpContent content) {
            exchange.onBody(content);
        } else if (exchange == null) {
            ctx.fireChannelRead(part);
        }
    }

    private void answered(ChannelHandlerContext ctx) {
        StreamExchange<?, ?> done = current;
        if (done == null) {
            return;
        }
        current = null;
        done.end();
        if (!done.isBodyComplete()) {
            // Where the next request would begin is not known.
            ctx.close();
            return;
        }
        timer.idle(ctx);
        resume(ctx);
    }

    /** The request before is answered: those that waited get their turn. */
    private void resume(ChannelHandlerContext ctx) {
        while (!held.isEmpty() && !mustWait(held.element())) {
            take(ctx, held.remove());
        }
        if (held.isEmpty() && current == null) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        connection.onIdle(() -> resume(ctx));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        StreamExchange<?, ?> exchange = current;
        if (exchange == null) {
            ctx.fireChannelWritabilityChanged();
        } else if (ctx.channel().isWritable()) {
            exchange.ready();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
        StreamExchange<?, ?> exchange = current;
        current = null;
        if (exchange != null) {
            exchange.end();
        }
        ctx.fireChannelInactive();
    }
}
