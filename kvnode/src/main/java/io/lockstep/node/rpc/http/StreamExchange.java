package io.lockstep.node.rpc.http;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.lockstep.node.rpc.ErrorMapping;
import io.lockstep.node.rpc.StreamCall;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One streaming call over HTTP/1: cuts requests out of the body and hands them on while the method takes them. On the
 * connection's event loop, except where an answer or the end of a request comes from elsewhere.
 */
final class StreamExchange<Q extends Message, R extends Message> {
    private final StreamGateway<Q, R> gateway;
    private final ChannelHandlerContext ctx;
    private final StreamAnswers<R> answers;
    private final JsonObjects objects;

    /** Of the body: read from the socket, and not yet part of a request that was handed on. */
    private final CompositeByteBuf unread;

    private StreamGateway.@Nullable Open<Q> open;
    private int requestsInHand;
    private int requests;
    private boolean bodyComplete;
    private boolean halfClosed;
    private boolean over;

    StreamExchange(
            StreamGateway<Q, R> gateway,
            ChannelHandlerContext ctx,
            HttpRequest request,
            int maxObjectBytes,
            Executor pool,
            Runnable answered) {
        this.gateway = gateway;
        this.ctx = ctx;
        this.unread = ctx.alloc().compositeBuffer();
        this.objects = new JsonObjects(maxObjectBytes);
        this.answers = new StreamAnswers<>(ctx, request.protocolVersion(), pool, this::ready, answered);
        this.open = gateway.open(answers, request.headers());
    }

    /** Takes over the content. */
    void onBody(HttpContent content) {
        if (over || content.decoderResult().isFailure()) {
            content.release();
            if (!over) {
                close(ErrorMapping.unreadable("the body can't be read"));
            }
            return;
        }
        bodyComplete = content instanceof LastHttpContent;
        unread.addComponent(true, content.content());
        handOn();
    }

    /** Whether the whole request was read, so that another may follow it on this connection. */
    boolean isBodyComplete() {
        return bodyComplete;
    }

    private void handOn() {
        StreamGateway.Open<Q> stream = open;
        try {
            while (stream != null && !stream.call().isOver() && mayTakeOne()) {
                String json = objects.next(unread);
                if (json == null) {
                    endOfBody(stream);
                    break;
                }
                take(stream, json);
            }
            if (gateway.takesOneRequest() && requests > 0) {
                // As etcd's gateway: what stands behind the one object is not looked at.
                unread.skipBytes(unread.readableBytes());
            }
        } catch (RuntimeException e) {
            fail(e);
        }
        unread.discardReadComponents();
        // What is left stays small: no more is read while requests wait.
        ctx.channel().config().setAutoRead(!unread.isReadable() || over);
    }

    private boolean mayTakeOne() {
        return (requests == 0 || !gateway.takesOneRequest())
                && requestsInHand < gateway.maxOpenRequests()
                && answers.isReady();
    }

    private void take(StreamGateway.Open<Q> stream, String json) {
        requests++;
        requestsInHand++;
        CompletableFuture<?> taken = stream.listener().onRequest(gateway.parse(json));
        if (taken.isDone()) {
            requestsInHand--;
        } else {
            taken.whenComplete((done, failure) -> ctx.executor().execute(() -> {
                requestsInHand--;
                if (!over) {
                    handOn();
                }
            }));
        }
    }

    private void endOfBody(StreamGateway.Open<Q> stream) {
        if (!bodyComplete || halfClosed) {
            return;
        }
        if (objects.isWithinObject()) {
            throw new GatewayJson.Unreadable(ErrorMapping.unreadable("the body ends within an object"));
        }
        halfClosed = true;
        if (gateway.takesOneRequest() && requests == 0) {
            take(stream, "");
        }
        if (!stream.call().isOver()) {
            stream.listener().onHalfClose();
        }
    }

    /** The connection takes answers again. */
    void ready() {
        StreamGateway.Open<Q> stream = open;
        if (stream == null || over) {
            return;
        }
        if (!stream.call().isOver()) {
            try {
                stream.listener().onReady();
            } catch (RuntimeException e) {
                fail(e);
            }
        }
        handOn();
    }

    private void fail(RuntimeException failure) {
        close(GatewayJson.status(failure, "a stream over HTTP"));
    }

    private void close(Status status) {
        if (open != null) {
            open.call().close(status);
        }
    }

    /** The last answer is on its way, or the connection is gone. */
    void end() {
        if (over) {
            return;
        }
        over = true;
        unread.release();
        StreamGateway.Open<Q> stream = open;
        if (stream != null) {
            StreamCall<?> call = stream.call();
            call.gone();
            gateway.end(call);
            stream.listener().onEnd();
        }
    }
}
