package io.lockstep.node.raft.transport;

import io.lockstep.node.raft.transport.FrameCodec.Inbound;

/** Who answers what arrives for the consensus. Called on event loops: must not block and must not throw. */
public abstract class RaftService implements AutoCloseable {
    RaftService() {}

    abstract void serve(InboundStream stream, Inbound frame);

    @Override
    public abstract void close();
}
