package io.lockstep.node.rpc;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call of a client on its way through a service: how long it may take, and whether anyone still waits for it. The
 * transport cancels it on its event loop while the service may be on any thread, hence the lock.
 */
public final class RpcCall {
    private final long deadlineNanos;
    private boolean cancelled;
    private @Nullable CompletableFuture<?> pending;

    private RpcCall(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
    }

    /**
     * A call that begins now.
     *
     * @param clientNanos what the client's own deadline leaves; a tenth of it stays for the way back, so that the client
     *     hears what went wrong instead of its own timer
     * @param limitNanos what this node allows
     */
    public static RpcCall begin(long clientNanos, long limitNanos) {
        return new RpcCall(System.nanoTime() + Math.min(clientNanos - clientNanos / 10, limitNanos));
    }

    /** On the clock of {@link System#nanoTime}. */
    public long deadlineNanos() {
        return deadlineNanos;
    }

    /** Whether the answer would be too late. */
    public boolean isExpired() {
        return System.nanoTime() - deadlineNanos >= 0;
    }

    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /** The client is gone. */
    public void cancel() {
        CompletableFuture<?> waitedFor;
        synchronized (this) {
            cancelled = true;
            waitedFor = pending;
        }
        if (waitedFor != null) {
            waitedFor.cancel(false);
        }
    }

    /** Has the work cancelled with the call. At most one piece of work at a time. */
    public void follow(CompletableFuture<?> work) {
        boolean gone;
        synchronized (this) {
            pending = work;
            gone = cancelled;
        }
        if (gone) {
            work.cancel(false);
        }
    }
}
