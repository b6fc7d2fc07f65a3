package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.option.NodeOptions;

/** JRaft's factory of clients is global and gets nothing but the node's options: so these carry the node's transport. */
public final class RaftNodeOptions extends NodeOptions {
    private final PeerTransport transport;

    public RaftNodeOptions(PeerTransport transport) {
        this.transport = transport;
    }

    PeerTransport transport() {
        return transport;
    }
}
