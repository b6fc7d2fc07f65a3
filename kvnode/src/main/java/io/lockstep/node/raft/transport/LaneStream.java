package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.lockstep.node.raft.PeerLinkGate;
import io.lockstep.node.raft.transport.FrameCodec.Inbound;
import io.lockstep.proto.peer.Hello;
import io.lockstep.proto.peer.HelloReply;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One stream to one peer: greets, then carries requests in the order in which {@link #send} is called and pairs answers
 * with them. Lives once; the link opens another when it has ended.
 */
final class LaneStream {
    /** Told on an event loop or the timer thread. */
    interface Owner {
        void accepted(LaneStream stream);

        /** Over, once: refused with a line, or lost. */
        void ended(LaneStream stream, @Nullable String refusal, Status status);

        /** The peer says that this member was removed from the cluster, for good. */
        void removed();
    }

    private enum State {
        GREETING,
        OPEN,
        ENDED
    }

    private final Owner owner;
    private final int maxPending;
    private final int maxFrameBytes;
    private final PeerLinkGate gate;
    private final long peer;
    private final ClientCall<byte[], Inbound> call;
    private final ConcurrentHashMap<Long, Pending> pending = new ConcurrentHashMap<>();
    private final AtomicLong ids = new AtomicLong();
    private final long openedNanos = System.nanoTime();
    // Guarded by this: callers' threads, the event loop and the timer.
    private State state = State.GREETING;
    private @Nullable String refusal;
    // The event loop writes, the timer reads: when the peer was last heard.
    private volatile long heardNanos = System.nanoTime();

    LaneStream(ManagedChannel channel, Hello hello, TransportConfig config, Owner owner) {
        this.owner = owner;
        this.maxPending = config.maxPendingCalls();
        this.maxFrameBytes = config.maxFrameBytes();
        this.gate = config.gate();
        this.peer = hello.getToMember();
        this.call = channel.newCall(FrameCodec.CONNECT, CallOptions.DEFAULT);
        call.start(new Listener(), new Metadata());
        call.request(1);
        try {
            call.sendMessage(FrameCodec.encode(0, hello));
        } catch (IllegalStateException e) {
            call.cancel("the channel closed", e);
        }
    }

    /** Sends now, in order, or throws: then nothing was sent. */
    void send(Message request, Pending answer) throws RemotingException {
        if (pending.size() >= maxPending) {
            throw new RemotingException("too many requests in flight: " + maxPending);
        }
        long id = ids.incrementAndGet();
        byte[] frame = FrameCodec.encode(id, request);
        if (frame.length > maxFrameBytes) {
            // The other side would end the stream, and everything on it.
            throw new RemotingException(
                    "the request is too large: " + frame.length + " bytes, at most " + maxFrameBytes);
        }
        synchronized (this) {
            if (state != State.OPEN) {
                throw new RemotingException("not connected");
            }
            pending.put(id, answer);
            if (!gate.isOpen(peer)) {
                return; // lost on the way: only its time-out will tell
            }
            try {
                call.sendMessage(frame);
                return;
            } catch (IllegalStateException e) {
                // Half-closed or cancelled between two checks: what was not handed over was not sent.
                if (pending.remove(id) == null) {
                    return;
                }
            }
        }
        throw new RemotingException("not connected");
    }

    synchronized boolean isOpen() {
        return state == State.OPEN;
    }

    synchronized boolean isEnded() {
        return state == State.ENDED;
    }

    synchronized boolean isGreeting() {
        return state == State.GREETING;
    }

    long openedNanos() {
        return openedNanos;
    }

    long heardNanos() {
        return heardNanos;
    }

    /** Timer thread: ends requests whose time is over, and says how many. */
    int expire(long nowNanos) {
        int expired = 0;
        for (Map.Entry<Long, Pending> entry : pending.entrySet()) {
            if (entry.getValue().isOverdue(nowNanos) && pending.remove(entry.getKey(), entry.getValue())) {
                entry.getValue().complete(null, new InvokeTimeoutException("no answer in time"));
                expired++;
            }
        }
        return expired;
    }

    /** Gives the stream up; what is in flight ends as lost. */
    void cancel(String why) {
        call.cancel(why, null);
    }

    private void end(Status status) {
        String refused;
        synchronized (this) {
            if (state == State.ENDED) {
                return;
            }
            state = State.ENDED;
            refused = refusal;
        }
        for (Long id : new ArrayList<>(pending.keySet())) {
            Pending lost = pending.remove(id);
            if (lost != null) {
                lost.complete(null, new RemotingException("connection lost: " + status.getDescription()));
            }
        }
        owner.ended(this, refused, status);
    }

    private final class Listener extends ClientCall.Listener<Inbound> {
        @Override
        public void onMessage(Inbound frame) {
            if (gate.isOpen(peer)) {
                received(frame);
            }
            call.request(1);
        }

        private void received(Inbound frame) {
            heardNanos = System.nanoTime();
            if (frame.message() instanceof HelloReply reply) {
                greeted(reply);
            } else {
                Pending answered = pending.remove(frame.id());
                if (answered != null) {
                    answered.complete(frame.message(), null);
                }
            }
        }

        private void greeted(HelloReply reply) {
            synchronized (LaneStream.this) {
                if (state != State.GREETING) {
                    return;
                }
                if (reply.getAccepted()) {
                    state = State.OPEN;
                } else {
                    refusal = reply.getRefusal();
                }
            }
            if (reply.getAccepted()) {
                owner.accepted(LaneStream.this);
            } else {
                call.cancel("refused", null);
                if (reply.getRemoved()) {
                    owner.removed();
                }
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end(status);
        }
    }
}
