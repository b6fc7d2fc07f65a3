package io.lockstep.node.raft.transport;

import io.lockstep.node.raft.PeerMember;
import io.lockstep.proto.peer.Hello;
import io.lockstep.proto.peer.HelloReply;
import io.lockstep.proto.peer.Lane;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The first frame of every stream: who speaks to whom, in which cluster and which version of the protocol. */
final class Greeting {
    /** Grows when an older member could not understand a newer one. */
    static final int PROTOCOL_VERSION = 1;

    private final TransportConfig config;
    private final Map<Long, PeerMember> members;

    Greeting(TransportConfig config, Map<Long, PeerMember> members) {
        this.config = config;
        this.members = members;
    }

    Hello to(PeerMember peer, Lane lane) {
        return Hello.newBuilder()
                .setProtocolVersion(PROTOCOL_VERSION)
                .setClusterId(config.clusterId())
                .setFromMember(config.self().memberId())
                .setFromIncarnation(config.self().address().incarnation())
                .setToMember(peer.memberId())
                .setToIncarnation(peer.address().incarnation())
                .setLane(lane)
                .setProductVersion(config.productVersion())
                .build();
    }

    /** Why this stream is refused, in one line; null: it is welcome. */
    @Nullable
    String refusal(Hello hello) {
        if (hello.getProtocolVersion() != PROTOCOL_VERSION) {
            return "peer protocol version " + hello.getProtocolVersion() + " (product "
                    + hello.getProductVersion() + ") is not " + PROTOCOL_VERSION + " (product "
                    + config.productVersion() + "): run versions that understand each other";
        }
        if (hello.getClusterId() != config.clusterId()) {
            return "cluster id " + Long.toHexString(hello.getClusterId()) + " is not "
                    + Long.toHexString(config.clusterId())
                    + ": the two belong to different clusters; check the initial cluster and its token";
        }
        PeerMember self = config.self();
        if (hello.getToMember() != self.memberId()
                || hello.getToIncarnation() != self.address().incarnation()) {
            return "member " + Long.toHexString(hello.getToMember()) + " incarnation " + hello.getToIncarnation()
                    + " was meant, but here is " + self.idText() + " incarnation "
                    + self.address().incarnation() + ": check the peer addresses of the initial cluster";
        }
        PeerMember from = members.get(hello.getFromMember());
        if (from == null || from.address().incarnation() != hello.getFromIncarnation()) {
            return "member " + Long.toHexString(hello.getFromMember()) + " incarnation "
                    + hello.getFromIncarnation() + " does not belong to this cluster: "
                    + "check the initial cluster, or add it as a new member";
        }
        if (hello.getLane() == Lane.LANE_UNSPECIFIED || hello.getLane() == Lane.UNRECOGNIZED) {
            return "the stream names no lane that is known here";
        }
        return null;
    }

    HelloReply accept() {
        return reply(true, "");
    }

    HelloReply refuse(String why) {
        return reply(false, why);
    }

    private HelloReply reply(boolean accepted, String refusal) {
        return HelloReply.newBuilder()
                .setAccepted(accepted)
                .setRefusal(refusal)
                .setProtocolVersion(PROTOCOL_VERSION)
                .setProductVersion(config.productVersion())
                .build();
    }
}
