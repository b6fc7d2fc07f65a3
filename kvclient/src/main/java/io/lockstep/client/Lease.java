package io.lockstep.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A lease that this client keeps alive. It renews it about three times per TTL, at another endpoint when one does not answer,
 * until the lease is closed or lost.
 *
 * <p>{@link #isAlive} is what may be relied on: the lease is there at least until its TTL has passed since the last request
 * that was answered was sent, by this process's own clock. Thread safe.
 */
public final class Lease implements AutoCloseable {
    private static final long CLOSE_SECONDS = 5;

    private final long id;
    private final Duration ttl;
    private final Leases leases;
    private final KeepAliver keepAliver;
    private final CompletableFuture<Void> lost = new CompletableFuture<>();

    /** Of those below, guarded by the keep-aliver: when to ask again, and since when an answer is missing (0: it is not). */
    long dueNanos;

    long askedNanos;

    /** Written by the keep-aliver, read by any thread. */
    private volatile long aliveUntilNanos;

    private volatile boolean closed;

    Lease(long id, Duration ttl, long askedNanos, Leases leases, KeepAliver keepAliver) {
        this.id = id;
        this.ttl = ttl;
        this.leases = leases;
        this.keepAliver = keepAliver;
        this.aliveUntilNanos = askedNanos + ttl.toNanos();
        this.dueNanos = askedNanos + renewalNanos();
    }

    /** Never 0. */
    public long id() {
        return id;
    }

    /** What the cluster granted. */
    public Duration ttl() {
        return ttl;
    }

    /** Whether the lease is certainly still there, by this process's own clock. */
    public boolean isAlive() {
        return !closed && !lost.isDone() && System.nanoTime() - aliveUntilNanos < 0;
    }

    /**
     * Completes when the lease is gone, or was not renewed in time, so that it may be. Never completes after a close before
     * that. Dependents run on the client's event loop: they must not block.
     */
    public CompletableFuture<Void> lost() {
        return lost.copy();
    }

    /** Keeps it alive no longer: it ends after its TTL, unless somebody else keeps it. */
    public void leave() {
        closed = true;
        keepAliver.leave(this);
    }

    /** Ends it and deletes its keys; waits for that for a few seconds at most. If that fails it ends after its TTL. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        leave();
        if (lost.isDone()) {
            return;
        }
        try {
            var unused = leases.revokeInner(id).get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException endsByItself) {
            // After its TTL.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    long renewalNanos() {
        return ttl.toNanos() / 3;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isOverdue(long nowNanos) {
        return nowNanos - aliveUntilNanos >= 0;
    }

    void renewed(long sinceNanos) {
        aliveUntilNanos = sinceNanos + ttl.toNanos();
    }

    void lose() {
        lost.complete(null);
    }
}
