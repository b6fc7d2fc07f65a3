package io.lockstep.client;

import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseKeepAliveResponse;
import io.lockstep.api.LeaseLeasesRequest;
import io.lockstep.api.LeaseLeasesResponse;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.LeaseRevokeResponse;
import io.lockstep.api.LeaseTimeToLiveRequest;
import io.lockstep.api.LeaseTimeToLiveResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Leases of a {@link KvClient}: keys that are attached to one are deleted when it ends. {@link #open} gives one that this
 * client keeps alive by itself. Thread safe.
 */
public final class Leases {
    private final KvClient client;
    private final KeepAliver keepAliver;

    Leases(KvClient client, KeepAliver keepAliver) {
        this.client = client;
        this.keepAliver = keepAliver;
    }

    /**
     * Grants a lease and keeps it alive until it is closed or {@linkplain Lease#lost lost}.
     *
     * @param ttl how long its keys outlive this client, in whole seconds; the cluster raises it to its least one
     */
    public CompletableFuture<Lease> open(Duration ttl) {
        return client.outer(openInner(ttl));
    }

    CompletableFuture<Lease> openInner(Duration ttl) {
        long askedNanos = System.nanoTime();
        return grantInner(ttl.toSeconds(), 0)
                .thenApply(granted -> keep(granted.getID(), Duration.ofSeconds(granted.getTTL()), askedNanos));
    }

    private Lease keep(long id, Duration ttl, long askedNanos) {
        Lease lease = new Lease(id, ttl, askedNanos, this, keepAliver);
        keepAliver.keep(lease);
        return lease;
    }

    /**
     * Grants a lease that nobody keeps alive.
     *
     * @param ttlSeconds how long it lives without being kept alive; the cluster raises it to its least one
     * @param id 0: the cluster picks one
     */
    public CompletableFuture<LeaseGrantResponse> grant(long ttlSeconds, long id) {
        return client.outer(grantInner(ttlSeconds, id));
    }

    CompletableFuture<LeaseGrantResponse> grantInner(long ttlSeconds, long id) {
        return client.write(
                LeaseGrpc.getLeaseGrantMethod(),
                LeaseGrantRequest.newBuilder().setTTL(ttlSeconds).setID(id).build());
    }

    /** Ends the lease and deletes its keys, all in one revision. */
    public CompletableFuture<LeaseRevokeResponse> revoke(long id) {
        return client.outer(revokeInner(id));
    }

    CompletableFuture<LeaseRevokeResponse> revokeInner(long id) {
        return client.write(
                LeaseGrpc.getLeaseRevokeMethod(),
                LeaseRevokeRequest.newBuilder().setID(id).build());
    }

    /**
     * What is left of a lease; a TTL of -1: there is none.
     *
     * @param keys list its keys too
     */
    public CompletableFuture<LeaseTimeToLiveResponse> timeToLive(long id, boolean keys) {
        return client.outer(timeToLiveInner(id, keys));
    }

    CompletableFuture<LeaseTimeToLiveResponse> timeToLiveInner(long id, boolean keys) {
        return client.read(
                LeaseGrpc.getLeaseTimeToLiveMethod(),
                LeaseTimeToLiveRequest.newBuilder().setID(id).setKeys(keys).build());
    }

    /** All leases, the one that ends first first. */
    public CompletableFuture<LeaseLeasesResponse> list() {
        return client.outer(listInner());
    }

    CompletableFuture<LeaseLeasesResponse> listInner() {
        return client.read(LeaseGrpc.getLeaseLeasesMethod(), LeaseLeasesRequest.getDefaultInstance());
    }

    /** Renews a lease once; a TTL of 0: there is none. To ask again after a failure does no harm. */
    public CompletableFuture<LeaseKeepAliveResponse> keepAliveOnce(long id) {
        return client.outer(keepAliveOnceInner(id));
    }

    CompletableFuture<LeaseKeepAliveResponse> keepAliveOnceInner(long id) {
        return client.read(KeepAliver.ONCE, KeepAliver.request(id));
    }
}
