package io.lockstep.client;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Where the user's futures complete: threads that may block, unlike the event loop. They end when idle. When the queue is
 * full, the event loop runs the completion itself, which slows the answers down to what the user's code can take.
 */
final class Callbacks implements AutoCloseable {
    private static final int MAX_THREADS = 4;
    private static final int MAX_QUEUED = 10_000;
    private static final long IDLE_SECONDS = 10;

    private final ThreadPoolExecutor own;
    private final Executor executor;

    Callbacks(KvClientBuilder settings) {
        this.own = new ThreadPoolExecutor(
                MAX_THREADS,
                MAX_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_QUEUED),
                new DefaultThreadFactory("lockstep-client-callback", true),
                (task, pool) -> task.run());
        own.allowCoreThreadTimeOut(true);
        this.executor = settings.callbackExecutor().orElse(own);
    }

    /** The client's own threads, for whatever blocks. */
    Executor blocking() {
        return own;
    }

    /** A future for the user; cancelling it cancels the inner one. */
    <A> CompletableFuture<A> handOver(CompletableFuture<A> inner) {
        CompletableFuture<A> outer = new CompletableFuture<>();
        inner.whenCompleteAsync(
                (answer, error) -> {
                    if (error == null) {
                        outer.complete(answer);
                    } else {
                        outer.completeExceptionally(error);
                    }
                },
                executor);
        outer.whenComplete((answer, error) -> {
            if (outer.isCancelled()) {
                inner.cancel(false);
            }
        });
        return outer;
    }

    @Override
    public void close() {
        own.shutdown();
    }
}
