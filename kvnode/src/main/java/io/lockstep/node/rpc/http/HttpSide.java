package io.lockstep.node.rpc.http;

import io.lockstep.node.rpc.Admission;
import io.lockstep.node.rpc.NodeServices;
import io.lockstep.node.rpc.OpenCalls;
import io.lockstep.node.rpc.OpenStreams;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.RpcMetrics;
import io.lockstep.node.rpc.ServiceTable;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.Map;
import java.util.concurrent.Executor;

/** Serves the connections of the client port that speak HTTP/1. */
public final class HttpSide implements AutoCloseable {
    private final Site site;
    private final OpenCalls openCalls;
    private final Map<String, StreamGateway<?, ?>> streams;
    private final Executor pool;
    private final HttpLimits limits;
    private final long callLimitNanos;

    /** gRPC does not know these connections any more, so closing them is on us. */
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);

    public HttpSide(
            NodeServices services,
            ServiceTable table,
            Admission admission,
            RpcMetrics metrics,
            OpenCalls openCalls,
            OpenStreams openStreams,
            RpcLimits rpcLimits,
            HttpLimits limits,
            Executor pool) {
        GatewayRoutes gateway = new GatewayRoutes(table, admission, metrics, openCalls, openStreams, rpcLimits, pool);
        this.streams = gateway.streams();
        this.pool = pool;
        this.site = new Site(services, gateway, pool);
        this.openCalls = openCalls;
        this.limits = limits;
        this.callLimitNanos = rpcLimits.requestTimeout().toNanos();
    }

    /** Puts the handlers of HTTP/1 at the end of a connection's pipeline. On its event loop. */
    public void takeOver(ChannelPipeline pipeline) {
        HttpTimer timer = new HttpTimer(limits);
        HttpDecoderConfig decoder = new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.maxRequestLineBytes())
                .setMaxHeaderSize(limits.maxHeaderBytes());
        pipeline.addLast(timer);
        pipeline.addLast(new HttpServerCodec(decoder));
        pipeline.addLast(new HttpServerKeepAliveHandler());
        HttpConnection connection = new HttpConnection(site, timer, openCalls, callLimitNanos);
        pipeline.addLast(new HttpStreams(streams, timer, connection, limits.maxBodyBytes(), pool));
        pipeline.addLast(new HttpObjectAggregator(limits.maxBodyBytes()));
        pipeline.addLast(connection);
        connections.add(pipeline.channel());
    }

    /** Ends every connection. */
    @Override
    public void close() {
        connections.close();
    }
}
