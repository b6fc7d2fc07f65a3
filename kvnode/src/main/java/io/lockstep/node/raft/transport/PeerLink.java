package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.error.RemotingException;
import com.google.protobuf.Message;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.proto.peer.Lane;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to one peer: a channel with one stream per lane. The timer opens what is not open, gives up what is dead, and
 * waits long after a refusal; nobody ever waits for a connection here.
 */
final class PeerLink implements LaneStream.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);
    private static final List<Lane> LANES = List.of(Lane.APPEND, Lane.CONTROL, Lane.CALLS);
    private static final long RETRY_MILLIS = 200;
    private static final long FIRST_REFUSED_RETRY_MILLIS = 5_000;
    private static final long MAX_REFUSED_RETRY_MILLIS = 60_000;

    private final PeerMember peer;
    private final Greeting greeting;
    private final TransportConfig config;
    private final Supplier<ManagedChannel> channels;
    private final Consumer<PeerMember> onReady;
    private final Runnable onRemoved;
    private final AppendProgress progress = new AppendProgress();
    // Guarded by this: the timer, event loops and callers' threads.
    private final Map<Lane, LaneStream> streams = new EnumMap<>(Lane.class);
    private @Nullable ManagedChannel channel;
    // Since when the channel tries to connect; 0: it does not.
    private long connectingSinceNanos;
    private long nextAttemptNanos = System.nanoTime();
    private long retryMillis = RETRY_MILLIS;
    // What was said already: a line per change, not per attempt.
    private @Nullable String lastRefusal;
    private boolean saidUnreachable;
    private boolean ready;
    private boolean closed;
    // Timer thread: as the gate was at the last tick.
    private boolean cut;

    PeerLink(
            PeerMember peer,
            Greeting greeting,
            TransportConfig config,
            Supplier<ManagedChannel> channels,
            Consumer<PeerMember> onReady,
            Runnable onRemoved) {
        this.peer = peer;
        this.greeting = greeting;
        this.config = config;
        this.channels = channels;
        this.onReady = onReady;
        this.onRemoved = onRemoved;
    }

    /** Why the peer refused this member, as long as it does. */
    synchronized @Nullable String refusal() {
        return lastRefusal;
    }

    synchronized boolean isOpenFor(Lane lane) {
        return isOpen(lane);
    }

    synchronized boolean isKnownUnreachable() {
        return saidUnreachable;
    }

    synchronized long retryMillis() {
        return retryMillis;
    }

    AppendProgress progress() {
        return progress;
    }

    PeerMember peer() {
        return peer;
    }

    /** Whether consensus can talk to this peer now: both of its lanes were accepted. */
    synchronized boolean isUsable() {
        return isOpen(Lane.APPEND) && isOpen(Lane.CONTROL);
    }

    void send(Lane lane, Message request, Pending answer) throws RemotingException {
        LaneStream stream;
        synchronized (this) {
            stream = streams.get(lane);
        }
        if (stream == null) {
            throw new RemotingException("not connected to " + peer.address().hostPort());
        }
        stream.send(request, answer);
    }

    /** Timer thread. */
    void tick(long nowNanos) {
        followGate();
        List<LaneStream> open;
        synchronized (this) {
            open = List.copyOf(streams.values());
        }
        int expired = 0;
        long heardNanos = Long.MIN_VALUE;
        boolean stuckGreeting = false;
        for (LaneStream stream : open) {
            expired += stream.expire(nowNanos);
            heardNanos = heardNanos == Long.MIN_VALUE || stream.heardNanos() - heardNanos > 0
                    ? stream.heardNanos()
                    : heardNanos;
            stuckGreeting |= stream.isGreeting()
                    && nowNanos - stream.openedNanos()
                            > config.deadPeerTimeout().toNanos();
        }
        boolean silent =
                expired > 0 && nowNanos - heardNanos > config.deadPeerTimeout().toNanos();
        if (silent || stuckGreeting) {
            // TCP would keep such a connection for minutes, and its retransmissions would delay the first word after a
            // partition heals. A new connection starts afresh.
            drop("no answer for " + config.deadPeerTimeout().toMillis() + " ms");
        }
        if (isStuckConnecting(nowNanos)) {
            // Connected but never heard of HTTP/2: a partition fell into the handshake, and nobody has anything to
            // resend.
            drop("no handshake");
        }
        openMissing(nowNanos);
    }

    /** A stream on which something was lost must not go on: TCP would not do that either. */
    private void followGate() {
        boolean cutNow = isCut();
        if (cut && !cutNow) {
            drop("it was cut off");
        }
        cut = cutNow;
    }

    private boolean isCut() {
        return !config.gate().isOpen(peer.memberId());
    }

    private synchronized boolean isStuckConnecting(long nowNanos) {
        if (channel == null || channel.getState(false) != ConnectivityState.CONNECTING) {
            connectingSinceNanos = 0;
            return false;
        }
        if (connectingSinceNanos == 0) {
            connectingSinceNanos = nowNanos == 0 ? 1 : nowNanos;
        }
        return nowNanos - connectingSinceNanos > 2 * config.deadPeerTimeout().toNanos();
    }

    private synchronized void openMissing(long nowNanos) {
        if (closed || cut || streams.size() == LANES.size()) {
            return;
        }
        boolean due = nowNanos - nextAttemptNanos >= 0;
        ManagedChannel current = channel;
        if (current == null) {
            if (!due) {
                return;
            }
            current = channels.get();
            channel = current;
        }
        ConnectivityState state = current.getState(true);
        if (state == ConnectivityState.READY && due) {
            nextAttemptNanos = nowNanos + retryMillis * 1_000_000;
            openStreams(current, LANES);
        } else if (state == ConnectivityState.TRANSIENT_FAILURE && due) {
            nextAttemptNanos = nowNanos + retryMillis * 1_000_000;
            if (!saidUnreachable) {
                // Fails at once, and thereby tells why.
                openStreams(current, List.of(Lane.CONTROL));
            }
            current.resetConnectBackoff();
        }
    }

    private void openStreams(ManagedChannel current, List<Lane> lanes) {
        for (Lane lane : lanes) {
            if (!streams.containsKey(lane)) {
                LaneStream stream = new LaneStream(current, greeting.to(peer, lane), config, this);
                // It may have failed on the spot, before it could be taken out again.
                if (!stream.isEnded()) {
                    streams.put(lane, stream);
                }
            }
        }
    }

    /** Next attempt at once, unless this peer refused us: then nothing is hurried. */
    synchronized void hurry() {
        if (retryMillis < FIRST_REFUSED_RETRY_MILLIS) {
            nextAttemptNanos = System.nanoTime();
        }
    }

    void drop(String why) {
        ManagedChannel old;
        synchronized (this) {
            old = channel;
            channel = null;
            connectingSinceNanos = 0;
        }
        if (old != null) {
            LOG.info("connection to peer {} dropped: {}", peer.address().hostPort(), why);
            old.shutdownNow();
        }
    }

    void close() {
        ManagedChannel old;
        synchronized (this) {
            closed = true;
            old = channel;
            channel = null;
        }
        if (old != null) {
            old.shutdownNow();
        }
    }

    @Override
    public void accepted(LaneStream stream) {
        synchronized (this) {
            retryMillis = RETRY_MILLIS;
            if (ready || !isUsable()) {
                return;
            }
            ready = true;
            progress.begin();
            saidUnreachable = false;
            lastRefusal = null;
        }
        LOG.info("connected to peer {} ({})", peer.address().hostPort(), peer.idText());
        onReady.accept(peer);
    }

    @Override
    public void ended(LaneStream stream, @Nullable String refusal, Status status) {
        synchronized (this) {
            streams.values().remove(stream);
            ready = ready && isUsable();
            if (closed) {
                return;
            }
            retryMillis = refusal != null
                    ? Math.max(FIRST_REFUSED_RETRY_MILLIS, Math.min(retryMillis * 2, MAX_REFUSED_RETRY_MILLIS))
                    : RETRY_MILLIS;
            nextAttemptNanos = System.nanoTime() + retryMillis * 1_000_000;
            if (refusal != null) {
                if (!refusal.equals(lastRefusal)) {
                    LOG.error(
                            "peer {} ({}) refuses this member: {}",
                            peer.address().hostPort(),
                            peer.idText(),
                            refusal);
                }
                lastRefusal = refusal;
            } else if (!saidUnreachable) {
                saidUnreachable = true;
                LOG.info(
                        "no connection to peer {}: {} {}",
                        peer.address().hostPort(),
                        status.getCode(),
                        describe(status));
            }
        }
    }

    @Override
    public void removed() {
        onRemoved.run();
    }

    private boolean isOpen(Lane lane) {
        LaneStream stream = streams.get(lane);
        return stream != null && stream.isOpen();
    }

    private static String describe(Status status) {
        Throwable cause = status.getCause();
        return cause == null || cause.getMessage() == null
                ? String.valueOf(status.getDescription())
                : cause.getMessage();
    }
}
