package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.rpc.Connection;
import com.google.protobuf.Message;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.lockstep.node.raft.PeerLinkGate;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.node.raft.transport.FrameCodec.Inbound;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** A stream that a peer opened here, once it was greeted; JRaft keeps what belongs to the connection in attributes. */
final class InboundStream implements Connection {
    private final ServerCall<Inbound, byte[]> call;
    private final PeerMember from;
    private final PeerLinkGate gate;
    private final ConcurrentMap<String, Object> attributes = new ConcurrentHashMap<>();
    // Guarded by this: answers come from many threads.
    private boolean closed;

    InboundStream(ServerCall<Inbound, byte[]> call, PeerMember from, PeerLinkGate gate) {
        this.call = call;
        this.from = from;
        this.gate = gate;
    }

    PeerMember from() {
        return from;
    }

    /** Nothing passes to or from the peer now. */
    boolean isCut() {
        return !gate.isOpen(from.memberId());
    }

    /** Drops the answer when the stream has ended: the asker knows. */
    void answer(long id, Message message) {
        if (isCut()) {
            return;
        }
        byte[] frame = FrameCodec.encode(id, message);
        synchronized (this) {
            if (closed || call.isCancelled()) {
                return;
            }
            call.sendMessage(frame);
        }
    }

    void close(Status status) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (!call.isCancelled()) {
                call.close(status, new io.grpc.Metadata());
            }
        }
    }

    @Override
    public void close() {
        close(Status.ABORTED.withDescription("closed by the consensus"));
    }

    @Override
    public @Nullable Object getAttribute(String key) {
        return attributes.get(key);
    }

    @Override
    public void setAttribute(String key, Object value) {
        attributes.put(key, value);
    }

    @Override
    public @Nullable Object setAttributeIfAbsent(String key, Object value) {
        return attributes.putIfAbsent(key, value);
    }
}
