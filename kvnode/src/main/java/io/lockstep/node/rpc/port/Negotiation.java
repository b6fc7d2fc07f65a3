package io.lockstep.node.rpc.port;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerCredentials;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.AsciiString;
import java.util.Map;
import java.util.function.Function;

/**
 * The one class that touches grpc-netty's internal API: it lets a handler of ours look at a connection before gRPC has
 * it. grpc's own pipeline on a new connection is {@code [negotiation handler, WriteBufferingAndExceptionHandler]}; the
 * second ends every connection that does not become gRPC's, so it has to go where we keep one.
 */
final class Negotiation {
    private static final String WRITE_BUFFER = "io.grpc.netty.WriteBufferingAndExceptionHandler";

    private Negotiation() {}

    /** Fails early, and not with the first connection, where a newer grpc has changed what this class relies on. */
    static void requireKnownGrpc() {
        try {
            Class.forName(WRITE_BUFFER, false, GrpcHttp2ConnectionHandler.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this grpc-netty has no " + WRITE_BUFFER + ": see " + Negotiation.class, e);
        }
    }

    /** Credentials under which each new connection begins with a handler of ours. */
    static ServerCredentials credentials(
            boolean tls, Function<GrpcHttp2ConnectionHandler, ChannelHandler> firstHandler) {
        return InternalNettyServerCredentials.create(new InternalProtocolNegotiator.ProtocolNegotiator() {
            @Override
            public AsciiString scheme() {
                return AsciiString.of(tls ? "https" : "http");
            }

            @Override
            public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpcHandler) {
                return firstHandler.apply(grpcHandler);
            }

            @Override
            public void close() {}
        });
    }

    /** Makes the connection gRPC's: puts its handlers behind the given one, which then leaves. */
    static void becomeGrpc(ChannelHandlerContext ctx, GrpcHttp2ConnectionHandler grpcHandler) {
        Attributes.Builder attributes = Attributes.newBuilder()
                .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, ctx.channel().localAddress())
                .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, ctx.channel().remoteAddress());
        SslHandler ssl = ctx.pipeline().get(SslHandler.class);
        if (ssl != null) {
            attributes.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, ssl.engine().getSession());
        }
        ctx.pipeline().addAfter(ctx.name(), null, InternalProtocolNegotiators.grpcNegotiationHandler(grpcHandler));
        ctx.fireUserEventTriggered(InternalProtocolNegotiationEvent.withAttributes(
                InternalProtocolNegotiationEvent.getDefault(), attributes.build()));
    }

    /** Takes the connection away from gRPC. */
    static void leaveGrpc(ChannelPipeline pipeline) {
        for (Map.Entry<String, ChannelHandler> handler : pipeline.toMap().entrySet()) {
            if (handler.getValue().getClass().getName().equals(WRITE_BUFFER)) {
                pipeline.remove(handler.getKey());
                return;
            }
        }
        throw new IllegalStateException("no " + WRITE_BUFFER + " in " + pipeline);
    }

    /** Whether an event says that gRPC waits for the negotiation: it is ours to swallow until we know. */
    static boolean isStart(Object event) {
        return event.getClass() == InternalProtocolNegotiationEvent.getDefault().getClass();
    }
}
