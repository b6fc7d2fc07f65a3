package io.lockstep.node.rpc.http;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.lockstep.node.rpc.StreamCall;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one stream over HTTP/1. They wait in a queue, which whoever sends fills and one task in the read pool at a
 * time prints: printing is too dear for event loops and for the thread that serves all watchers. As long as a sender asks
 * whether it is ready, the queue stays short.
 */
final class StreamAnswers<R extends Message> implements StreamCall.Outlet<R> {
    /** More answers than this are not waiting for the printer of a sender that asks. */
    private static final int MAX_WAITING = 16;

    private final ChannelHandlerContext ctx;
    private final Channel channel;
    private final HttpVersion version;
    private final Executor pool;
    private final Runnable ready;
    private final Runnable answered;

    /** Guarded by itself, with the three below. */
    private final Queue<R> waiting = new ArrayDeque<>();

    private boolean printing;
    private boolean wasFull;
    private @Nullable Status end;

    /** Of the task that prints, which runs once at a time. */
    private boolean begun;

    /**
     * @param ready called on the event loop when there is room again
     * @param answered called on the event loop once the last byte was handed to the connection
     */
    StreamAnswers(ChannelHandlerContext ctx, HttpVersion version, Executor pool, Runnable ready, Runnable answered) {
        this.ctx = ctx;
        this.channel = ctx.channel();
        this.version = version;
        this.pool = pool;
        this.ready = ready;
        this.answered = answered;
    }

    @Override
    public boolean isReady() {
        synchronized (waiting) {
            wasFull |= waiting.size() >= MAX_WAITING;
            return waiting.size() < MAX_WAITING && channel.isWritable();
        }
    }

    @Override
    public void send(R answer) {
        synchronized (waiting) {
            waiting.add(answer);
            startPrinting();
        }
    }

    @Override
    public void close(Status status) {
        synchronized (waiting) {
            end = status;
            startPrinting();
        }
    }

    private void startPrinting() {
        if (!printing) {
            printing = true;
            try {
                pool.execute(this::print);
            } catch (RejectedExecutionException full) {
                // Answers must not be lost over a burst of scans.
                ctx.executor().execute(this::print);
            }
        }
    }

    private void print() {
        while (true) {
            R next;
            Status last;
            boolean roomAgain = false;
            synchronized (waiting) {
                next = waiting.poll();
                last = next == null ? end : null;
                if (waiting.isEmpty() && wasFull) {
                    wasFull = false;
                    roomAgain = true;
                }
                if (next == null && last == null) {
                    printing = false;
                }
            }
            if (roomAgain) {
                ctx.executor().execute(ready);
            }
            if (last != null) {
                finish(last);
                return;
            }
            if (next == null) {
                return;
            }
            begin(HttpResponseStatus.OK, true);
            write("{\"result\":" + GatewayJson.print(next) + "}\n");
        }
    }

    private void finish(Status last) {
        if (last.isOk()) {
            begin(HttpResponseStatus.OK, false);
        } else {
            begin(GatewayErrors.httpStatus(last.getCode()), true);
            write("{\"error\":" + GatewayErrors.json(last) + "}\n");
        }
        ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        ctx.executor().execute(answered);
    }

    private void write(String line) {
        ctx.writeAndFlush(new DefaultHttpContent(
                ByteBufUtil.encodeString(ctx.alloc(), CharBuffer.wrap(line), StandardCharsets.UTF_8)));
    }

    private void begin(HttpResponseStatus status, boolean withBody) {
        if (begun) {
            return;
        }
        begun = true;
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
        HttpConnection.allowOrigins(head.headers());
        if (withBody) {
            head.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
            head.headers().set("grpc-metadata-content-type", "application/grpc");
        }
        if (version.equals(HttpVersion.HTTP_1_0)) {
            head.headers().set(HttpHeaderNames.CONNECTION, "close");
        } else {
            HttpUtil.setTransferEncodingChunked(head, true);
        }
        ctx.writeAndFlush(head);
    }
}
