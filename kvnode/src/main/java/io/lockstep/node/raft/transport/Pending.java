package io.lockstep.node.raft.transport;

import com.google.protobuf.Message;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request whose answer is awaited. Whoever takes it out of the pending map completes it: so, once. */
final class Pending {
    private static final Logger LOG = LoggerFactory.getLogger(Pending.class);

    /** Exactly one of the two is set. */
    @FunctionalInterface
    interface Callback {
        void complete(@Nullable Message answer, @Nullable Throwable error);
    }

    private final long deadlineNanos;
    private final Executor executor;
    private final Callback callback;

    Pending(long timeoutMillis, Executor executor, Callback callback) {
        this.deadlineNanos = System.nanoTime() + timeoutMillis * 1_000_000;
        this.executor = executor;
        this.callback = callback;
    }

    boolean isOverdue(long nowNanos) {
        return nowNanos - deadlineNanos > 0;
    }

    /** Never throws: a closure of JRaft that fails must not take an event loop or the timer with it. */
    void complete(@Nullable Message answer, @Nullable Throwable error) {
        try {
            executor.execute(() -> run(answer, error));
        } catch (RejectedExecutionException e) {
            // JRaft's pools refuse when they are full or shut down; a lost callback would end a replicator for good.
            run(answer, error);
        }
    }

    private void run(@Nullable Message answer, @Nullable Throwable error) {
        try {
            callback.complete(answer, error);
        } catch (RuntimeException | Error e) {
            LOG.error("a callback of the peer transport failed", e);
        }
    }
}
