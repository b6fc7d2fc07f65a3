package io.lockstep.node.raft.transport;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.lockstep.node.raft.PeerAddress;
import io.lockstep.node.raft.PeerTls;
import io.lockstep.node.tls.PortTls;
import io.lockstep.proto.peer.JoinReply;
import io.lockstep.proto.peer.JoinRequest;
import io.lockstep.proto.peer.PeerGrpc;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks one member of a running cluster, before this node is a member of it. Blocks. */
public final class JoinClient {
    private JoinClient() {}

    public static JoinReply ask(PeerAddress member, @Nullable PeerTls tls, JoinRequest request, Duration timeout) {
        ManagedChannel channel;
        try {
            NettyChannelBuilder builder = NettyChannelBuilder.forAddress(member.host(), member.port());
            if (tls == null) {
                builder.usePlaintext();
            } else {
                builder.sslContext(new PortTls("peer port", tls.files(), ApplicationProtocolNames.HTTP_2).client());
            }
            channel = builder.build();
        } catch (IOException e) {
            return noAnswer(member, e.getMessage());
        }
        try {
            return ClientCalls.blockingUnaryCall(
                    channel,
                    PeerGrpc.getJoinMethod(),
                    CallOptions.DEFAULT.withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS),
                    JoinRequest.newBuilder(request)
                            .setProtocolVersion(Greeting.PROTOCOL_VERSION)
                            .build());
        } catch (StatusRuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return noAnswer(member, cause.getMessage());
        } finally {
            channel.shutdownNow();
        }
    }

    private static JoinReply noAnswer(PeerAddress member, @Nullable String why) {
        return JoinReply.newBuilder()
                .setRefusal(member.hostPort() + " does not answer: " + why)
                .setTryAgain(true)
                .build();
    }
}
