package io.lockstep.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseKeepAliveRequest;
import io.lockstep.api.LeaseKeepAliveResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps all leases of a client alive, over one stream at the endpoint in use. Each is renewed about three times per TTL; a
 * renewal that is not answered until the next one is due means that the endpoint hangs: the stream moves on to another.
 *
 * <p>Driven by a tick on the client's event loop while there are leases; the user's threads add and remove, hence
 * synchronized.
 */
final class KeepAliver {
    /** A keep-alive as a call with one answer: the server ends the stream after the last answer to the last request. */
    static final MethodDescriptor<LeaseKeepAliveRequest, LeaseKeepAliveResponse> ONCE =
            LeaseGrpc.getLeaseKeepAliveMethod();

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Channels channels;
    private final Map<Long, Lease> leases = new HashMap<>();
    private @Nullable Stream stream;
    private boolean ticking;

    KeepAliver(Channels channels) {
        this.channels = channels;
    }

    static LeaseKeepAliveRequest request(long id) {
        return LeaseKeepAliveRequest.newBuilder().setID(id).build();
    }

    synchronized void keep(Lease lease) {
        leases.put(lease.id(), lease);
        if (!ticking) {
            ticking = true;
            tickLater();
        }
    }

    synchronized void leave(Lease lease) {
        leases.remove(lease.id(), lease);
    }

    /** The client is closed: nothing is kept alive from now on. */
    void close() {
        List<Lease> lost;
        synchronized (this) {
            lost = new ArrayList<>(leases.values());
            leases.clear();
            end(stream);
        }
        lost.forEach(Lease::lose);
    }

    private void tickLater() {
        var unused = channels.later(TICK_NANOS, this::tick);
    }

    private void tick() {
        List<Lease> lost;
        synchronized (this) {
            lost = ask(System.nanoTime());
            lost.forEach(this::leave);
            if (leases.isEmpty()) {
                ticking = false;
                end(stream);
            } else {
                tickLater();
            }
        }
        lost.forEach(Lease::lose);
    }

    /** Asks for those that are due; gives those that were not renewed in time. */
    private List<Lease> ask(long nowNanos) {
        List<Lease> lost = new ArrayList<>();
        boolean hangs = false;
        for (Lease lease : leases.values()) {
            if (lease.isOverdue(nowNanos)) {
                lost.add(lease);
            } else if (nowNanos - lease.dueNanos >= 0) {
                hangs |= lease.askedNanos != 0;
            }
        }
        if (hangs) {
            moveOn(stream, nowNanos);
        }
        if (!channels.isLoggedIn()) {
            // The next tick asks.
            channels.whenLoggedIn(channels.current(), status -> {});
            return lost;
        }
        for (Lease lease : leases.values()) {
            if (nowNanos - lease.dueNanos >= 0 && !lost.contains(lease)) {
                lease.askedNanos = nowNanos;
                lease.dueNanos = nowNanos + lease.renewalNanos();
                Stream open = opened();
                // One that could not even be opened is none any more.
                if (open == stream) {
                    open.send(lease.id());
                }
            }
        }
        return lost;
    }

    private Stream opened() {
        Stream open = stream;
        if (open == null) {
            open = new Stream(channels.current());
            stream = open;
            open.start();
        }
        return open;
    }

    /** This stream is no good any more: what it was asked is asked again, elsewhere. */
    private void moveOn(@Nullable Stream failed, long againNanos) {
        if (failed == null || failed != stream) {
            return;
        }
        end(failed);
        channels.moveOn(failed.slot);
        for (Lease lease : leases.values()) {
            if (lease.askedNanos != 0) {
                lease.askedNanos = 0;
                lease.dueNanos = againNanos;
            }
        }
    }

    private void end(@Nullable Stream over) {
        if (over != null) {
            stream = null;
            over.call.cancel("no longer needed", null);
        }
    }

    private synchronized void failed(Stream which) {
        moveOn(which, System.nanoTime() + RETRY_NANOS);
    }

    private void answered(Stream by, LeaseKeepAliveResponse answer) {
        Lease lease;
        synchronized (this) {
            lease = leases.get(answer.getID());
            if (lease == null || by != stream || lease.askedNanos == 0) {
                return;
            }
            if (answer.getTTL() > 0) {
                lease.renewed(lease.askedNanos);
                lease.askedNanos = 0;
                return;
            }
            leave(lease);
        }
        lease.lose();
    }

    private final class Stream extends ClientCall.Listener<LeaseKeepAliveResponse> {
        private final Slot slot;
        private final ClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> call;

        Stream(Slot slot) {
            this.slot = slot;
            this.call = slot.channel().newCall(LeaseGrpc.getLeaseKeepAliveMethod(), CallOptions.DEFAULT);
        }

        void start() {
            call.start(this, new Metadata());
            call.request(Integer.MAX_VALUE);
        }

        void send(long lease) {
            call.sendMessage(request(lease));
        }

        @Override
        public void onMessage(LeaseKeepAliveResponse answer) {
            answered(this, answer);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            channels.dropsToken(status.getDescription());
            failed(this);
        }
    }
}
