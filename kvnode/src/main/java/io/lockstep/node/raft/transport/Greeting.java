package io.lockstep.node.raft.transport;

import io.lockstep.node.raft.PeerAddress;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.proto.peer.Hello;
import io.lockstep.proto.peer.HelloReply;
import io.lockstep.proto.peer.Lane;
import org.jspecify.annotations.Nullable;

/** The first frame of every stream: who speaks to whom, in which cluster and which version of the protocol. */
final class Greeting {
    /** Grows when an older member could not understand a newer one. */
    static final int PROTOCOL_VERSION = 1;

    private final TransportConfig config;
    private final Roster roster;

    Greeting(TransportConfig config, Roster roster) {
        this.config = config;
        this.roster = roster;
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
                .setFromAddress(config.self().address().hostPort())
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
        if (isOfGone(hello)) {
            return "member " + Long.toHexString(hello.getFromMember()) + " was removed from the cluster";
        }
        if (hello.getLane() == Lane.LANE_UNSPECIFIED || hello.getLane() == Lane.UNRECOGNIZED) {
            return "the stream names no lane that is known here";
        }
        PeerMember from = roster.find(hello.getFromMember()).orElse(null);
        if (from == null && hello.getLane() != Lane.CALLS && isGuest(hello)) {
            return null;
        }
        if (from == null || from.address().incarnation() != hello.getFromIncarnation()) {
            return "member " + Long.toHexString(hello.getFromMember()) + " incarnation "
                    + hello.getFromIncarnation() + " does not belong to this cluster: "
                    + "check the initial cluster, or add it as a new member";
        }
        return null;
    }

    /** Founders are known to all: only who joined later can be unheard of. */
    private boolean isGuest(Hello hello) {
        String address = hello.getFromAddress();
        int colon = address.lastIndexOf(':');
        if (hello.getFromMember() == 0 || hello.getFromIncarnation() < 1 || colon < 1) {
            return false;
        }
        try {
            int port = Integer.parseInt(address.substring(colon + 1));
            return roster.admit(new PeerMember(
                    hello.getFromMember(),
                    new PeerAddress(address.substring(0, colon), port, hello.getFromIncarnation())));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether it comes from a member of this very cluster that was removed, for good. */
    private boolean isOfGone(Hello hello) {
        return hello.getClusterId() == config.clusterId() && roster.isGone(hello.getFromMember());
    }

    HelloReply accept() {
        return reply(true, "", false);
    }

    HelloReply refuse(Hello hello, String why) {
        return reply(false, why, isOfGone(hello));
    }

    private HelloReply reply(boolean accepted, String refusal, boolean removed) {
        return HelloReply.newBuilder()
                .setAccepted(accepted)
                .setRefusal(refusal)
                .setRemoved(removed)
                .setProtocolVersion(PROTOCOL_VERSION)
                .setProductVersion(config.productVersion())
                .build();
    }
}
