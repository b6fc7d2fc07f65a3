package io.lockstep.node.rpc;

import io.lockstep.api.LeaseKeepAliveRequest;
import io.lockstep.api.LeaseKeepAliveResponse;
import io.lockstep.api.ResponseHeader;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One stream of keep-alives. Each is answered once its renewal is applied, so an answer with a TTL proves that the lease
 * was there at that point of the log: one that was revoked before is answered with 0 (etcd #20616). A renewal that fails,
 * as when the leader is lost, ends the stream; what it was good for can be asked for again without harm.
 *
 * <p>Requests come on the stream's event loop, renewals end on any thread.
 */
final class KeepAlives implements StreamListener<LeaseKeepAliveRequest> {
    /** Renewals of one stream that may be under way: clients send those of all their leases in one go. */
    static final int MAX_OPEN = 4_096;

    private final StreamCall<LeaseKeepAliveResponse> call;
    private final Supplier<ResponseHeader> header;
    private final Leases leases;
    /** Guarded by this, both: the last answer after the client's last request ends the stream. */
    private int open;

    private boolean halfClosed;

    KeepAlives(StreamCall<LeaseKeepAliveResponse> call, Supplier<ResponseHeader> header, Leases leases) {
        this.call = call;
        this.header = header;
        this.leases = leases;
    }

    @Override
    public CompletableFuture<?> onRequest(LeaseKeepAliveRequest request) {
        synchronized (this) {
            open++;
        }
        // Before the renewal, as in etcd.
        ResponseHeader before = header.get();
        return leases.renew(request.getID()).handle((ttl, failure) -> answer(request.getID(), before, ttl, failure));
    }

    private @Nullable Void answer(
            long lease, ResponseHeader before, @Nullable Long ttlSeconds, @Nullable Throwable failure) {
        if (ttlSeconds == null) {
            call.fail(failure == null ? new IllegalStateException("no answer") : failure);
            return null;
        }
        call.send(LeaseKeepAliveResponse.newBuilder()
                .setHeader(before)
                .setID(lease)
                .setTTL(ttlSeconds)
                .build());
        boolean last;
        synchronized (this) {
            open--;
            last = halfClosed && open == 0;
        }
        if (last) {
            call.end();
        }
        return null;
    }

    @Override
    public void onHalfClose() {
        boolean last;
        synchronized (this) {
            halfClosed = true;
            last = open == 0;
        }
        if (last) {
            call.end();
        }
    }

    @Override
    public void onEnd() {}
}
