package io.lockstep.node.rpc.http;

import com.google.protobuf.ByteString;
import io.lockstep.node.rpc.OpenCalls;
import io.lockstep.node.rpc.RpcCall;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1 connection: answers its requests one after another, in order. While one is being answered the socket is
 * read on, so that a client that leaves is seen, until a second request is in; that one waits and reading stops. All on
 * the connection's event loop.
 */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);

    private final Pages site;
    private final HttpTimer timer;
    private final OpenCalls openCalls;
    private final long limitNanos;

    /** Requests behind the one being answered: reading stops at the first, so only those that came with it. */
    private final Queue<HttpRequestIn> waiting = new ArrayDeque<>();

    private @Nullable RpcCall current;

    /** What waits in front of this handler until all requests here are answered. */
    private Runnable idle = () -> {};

    HttpConnection(Pages site, HttpTimer timer, OpenCalls openCalls, long limitNanos) {
        this.site = site;
        this.timer = timer;
        this.openCalls = openCalls;
        this.limitNanos = limitNanos;
    }

    /** Has it run whenever the last request is answered. */
    void onIdle(Runnable then) {
        idle = then;
    }

    boolean isBusy() {
        return current != null || !waiting.isEmpty();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        if (request.decoderResult().isFailure()) {
            refuse(ctx, status(request.decoderResult().cause()));
            return;
        }
        if (request.protocolVersion().majorVersion() != 1) {
            // Such as an HTTP/2 preface that goes wrong at its end, which reads like a request.
            refuse(ctx, HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED);
            return;
        }
        timer.answering();
        HttpRequestIn in = read(request);
        if (current == null) {
            answer(ctx, in);
        } else {
            waiting.add(in);
            ctx.channel().config().setAutoRead(false);
        }
    }

    private static HttpRequestIn read(FullHttpRequest request) {
        QueryStringDecoder uri = new QueryStringDecoder(request.uri());
        ByteBuf content = request.content();
        ByteString body = ByteString.copyFrom(content.nioBuffer());
        return new HttpRequestIn(request.method(), uri.rawPath(), uri.parameters(), request.headers(), body);
    }

    private void answer(ChannelHandlerContext ctx, HttpRequestIn request) {
        RpcCall call = RpcCall.begin(Long.MAX_VALUE, limitNanos);
        current = call;
        CompletableFuture<HttpAnswer> answer;
        try {
            answer = site.answer(request, call);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        answer.whenComplete((done, failure) -> ctx.executor().execute(() -> {
            if (done != null) {
                write(ctx, done);
            } else {
                LOG.error("{} {} failed unexpectedly", request.method(), request.path(), failure);
                write(ctx, HttpAnswer.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "Internal Server Error\n"));
            }
        }));
    }

    private void write(ChannelHandlerContext ctx, HttpAnswer answer) {
        current = null;
        int bytes = answer.body().size();
        openCalls.hold(bytes);
        ctx.writeAndFlush(response(answer)).addListener(sent -> openCalls.release(bytes));
        goOn(ctx);
    }

    /** Takes up the next request, once the client has taken most of what it was sent. */
    private void goOn(ChannelHandlerContext ctx) {
        if (!ctx.channel().isWritable() && ctx.channel().isActive()) {
            timer.idle(ctx);
            ctx.channel().config().setAutoRead(false);
            return;
        }
        HttpRequestIn next = waiting.poll();
        if (next != null) {
            answer(ctx, next);
        } else if (ctx.channel().isActive()) {
            timer.idle(ctx);
            ctx.channel().config().setAutoRead(true);
            idle.run();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable() && current == null) {
            goOn(ctx);
        }
        ctx.fireChannelWritabilityChanged();
    }

    private static FullHttpResponse response(HttpAnswer answer) {
        ByteBuf body = Unpooled.wrappedBuffer(answer.body().asReadOnlyByteBuffer());
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, answer.status(), body);
        HttpHeaders headers = response.headers();
        allowOrigins(headers);
        answer.headers().forEach(headers::set);
        headers.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        return response;
    }

    /** Stands on every answer, as etcd's. */
    static void allowOrigins(HttpHeaders headers) {
        headers.set("access-control-allow-headers", "accept, content-type, authorization");
        headers.set("access-control-allow-methods", "POST, GET, OPTIONS, PUT, DELETE");
        headers.set("access-control-allow-origin", "*");
    }

    private static HttpResponseStatus status(Throwable cause) {
        if (cause instanceof TooLongHttpLineException) {
            return HttpResponseStatus.REQUEST_URI_TOO_LONG;
        }
        return cause instanceof TooLongHttpHeaderException
                ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                : HttpResponseStatus.BAD_REQUEST;
    }

    /** What is not HTTP after all, or too long, is told so and cut off: where its next request begins is not known. */
    private static void refuse(ChannelHandlerContext ctx, HttpResponseStatus status) {
        FullHttpResponse response =
                response(HttpAnswer.text(status, status.code() + " " + status.reasonPhrase() + "\n"));
        response.headers().set(HttpHeaderNames.CONNECTION, "close");
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        waiting.clear();
        if (current != null) {
            current.cancel();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        // A reset or a broken TLS record: the client's affair, and nothing to tell it.
        LOG.debug("HTTP connection of {} ends", ctx.channel().remoteAddress(), cause);
        ctx.close();
    }
}
