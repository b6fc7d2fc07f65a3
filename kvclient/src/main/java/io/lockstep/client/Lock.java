package io.lockstep.client;

import com.google.protobuf.ByteString;
import io.lockstep.api.lock.LockResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A lock that is held. {@link #isHeld} is what this process may rely on by its own clock; who must not act after the lock
 * was lost, however slow he is, puts {@link #held} into the transactions that he makes under it.
 */
public final class Lock implements AutoCloseable {
    private static final long CLOSE_SECONDS = 5;

    private final LockResponse locked;
    private final Lease lease;
    private final Locks locks;
    private volatile boolean released;

    Lock(LockResponse locked, Lease lease, Locks locks) {
        this.locked = locked;
        this.lease = lease;
        this.locks = locks;
    }

    /** Exists as long as the lock is held. */
    public ByteString key() {
        return locked.getKey();
    }

    /** The store's revision when the lock was known to be held: it rises from holder to holder. */
    public long revision() {
        return locked.getHeader().getRevision();
    }

    /** Whether the lock is certainly still held: neither released, nor its lease lost. */
    public boolean isHeld() {
        return !released && lease.isAlive();
    }

    /** A condition that holds as long as the lock does. */
    public Compare held() {
        return Compare.exists(key());
    }

    /** Releases it; waits for that for a few seconds at most. If that fails it ends with its lease. */
    @Override
    public void close() {
        if (released) {
            return;
        }
        released = true;
        try {
            var unused = locks.unlock(locked).get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException endsWithItsLease) {
            // Or when somebody else deletes the key.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
