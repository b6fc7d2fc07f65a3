package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.entity.PeerId;
import io.lockstep.node.raft.PeerAddress;

/** JRaft's way to name a member: address and incarnation. */
public final class PeerIds {
    private PeerIds() {}

    public static PeerId of(PeerAddress address) {
        return new PeerId(address.host(), address.port(), address.incarnation());
    }

    public static PeerAddress address(PeerId peer) {
        return new PeerAddress(peer.getIp(), peer.getPort(), peer.getIdx());
    }

    static String text(PeerAddress address) {
        return address.incarnation() == 0 ? address.hostPort() : address.hostPort() + ":" + address.incarnation();
    }
}
