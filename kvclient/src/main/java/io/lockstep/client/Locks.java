package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.lockstep.api.lock.LockGrpc;
import io.lockstep.api.lock.LockRequest;
import io.lockstep.api.lock.LockResponse;
import io.lockstep.api.lock.UnlockRequest;
import io.lockstep.api.lock.UnlockResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Locks of a {@link KvClient}, which end with the lease of their holder at the latest. Who waits does so in the order of the
 * calls. They work together with those of etcd's client libraries. Thread safe.
 */
public final class Locks {
    private static final String SESSION_EXPIRED = "mutex: session is expired";

    private static final Set<Status.Code> LOST =
            Set.of(Status.Code.UNAVAILABLE, Status.Code.CANCELLED, Status.Code.INTERNAL);

    private final KvClient client;

    Locks(KvClient client) {
        this.client = client;
    }

    /**
     * Waits for the lock.
     *
     * @param lease whose end frees it; one that is held under the same lease already is held at once
     * @param patience how long to wait; when it is over the place in the queue is given up
     */
    public CompletableFuture<Lock> acquire(ByteString name, Lease lease, Duration patience) {
        return client.outer(acquireInner(name, lease, patience));
    }

    CompletableFuture<Lock> acquireInner(ByteString name, Lease lease, Duration patience) {
        return acquire(name, lease, System.nanoTime() + patience.toNanos());
    }

    /** To ask again for a place in the queue is to ask for the same one: the key is named after the lease. */
    private CompletableFuture<Lock> acquire(ByteString name, Lease lease, long deadlineNanos) {
        Duration left = Duration.ofNanos(Math.max(1_000_000, deadlineNanos - System.nanoTime()));
        return client.withTimeout(left)
                .write(
                        LockGrpc.getLockMethod(),
                        LockRequest.newBuilder()
                                .setName(name)
                                .setLease(lease.id())
                                .build())
                .thenApply(locked -> new Lock(locked, lease, this))
                .exceptionallyCompose(failure -> {
                    boolean again = mayAskAgain(cause(failure)) && lease.isAlive();
                    return again && System.nanoTime() - deadlineNanos < 0
                            ? acquire(name, lease, deadlineNanos)
                            : CompletableFuture.failedFuture(failure);
                });
    }

    /** A member that went away may have taken the place in the queue with it; how that shows depends on how it went. */
    static boolean mayAskAgain(Throwable failure) {
        return failure instanceof UnknownOutcome unknown
                && (LOST.contains(unknown.code())
                        || String.valueOf(unknown.getMessage()).equals(SESSION_EXPIRED));
    }

    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    CompletableFuture<UnlockResponse> unlock(LockResponse lock) {
        return client.write(
                LockGrpc.getUnlockMethod(),
                UnlockRequest.newBuilder().setKey(lock.getKey()).build());
    }
}
