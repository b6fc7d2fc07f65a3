package io.lockstep.node.rpc.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection that lets its time run out: between requests, or within one (a client that sends a byte a second
 * is not idle, hence a limit on the whole request). While a request is being answered, its call's deadline counts.
 */
final class HttpTimer extends ChannelInboundHandlerAdapter {
    private enum State {
        IDLE,
        RECEIVING,
        ANSWERING
    }

    private final HttpLimits limits;
    private State state = State.IDLE;
    private @Nullable Future<?> timeout;

    HttpTimer(HttpLimits limits) {
        this.limits = limits;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        idle(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        stop();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.IDLE) {
            state = State.RECEIVING;
            start(ctx, limits.requestTimeout());
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stop();
        ctx.fireChannelInactive();
    }

    /** A whole request is in. */
    void answering() {
        state = State.ANSWERING;
        stop();
    }

    /** The last answer is out. */
    void idle(ChannelHandlerContext ctx) {
        state = State.IDLE;
        start(ctx, limits.idleTimeout());
    }

    private void start(ChannelHandlerContext ctx, Duration limit) {
        stop();
        timeout = ctx.executor().schedule(() -> ctx.close(), limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void stop() {
        if (timeout != null) {
            timeout.cancel(false);
        }
    }
}
