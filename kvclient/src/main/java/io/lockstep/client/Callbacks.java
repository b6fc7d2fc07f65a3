package io.lockstep.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the user's futures complete: threads that may block, unlike the event loop. They end when idle. When the queue is
 * full, the event loop runs the completion itself, which slows the answers down to what the user's code can take.
 */
final class Callbacks implements AutoCloseable {
    private static final int MAX_THREADS = 4;
    private static final int MAX_QUEUED = 10_000;
    private static final long IDLE_SECONDS = 10;
    private static final long TERMINATION_SECONDS = 5;

    private final ThreadPoolExecutor own;
    private final Executor executor;

    Callbacks(KvClientBuilder settings) {
        this.own = new ThreadPoolExecutor(
                MAX_THREADS,
                MAX_THREADS,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_QUEUED),
                task -> new CallbackThread(this, task),
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

    /** Ends the threads once what they have is done; blocks until they are gone, at most 5 s. */
    @Override
    public void close() {
        own.shutdown();
        if (Thread.currentThread() instanceof CallbackThread thread && thread.owner == this) {
            return; // a callback that closes the client must not wait for itself
        }
        try {
            own.awaitTermination(TERMINATION_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class CallbackThread extends Thread {
        private static final AtomicInteger COUNT = new AtomicInteger();
        private final Callbacks owner;

        CallbackThread(Callbacks owner, Runnable task) {
            super(task, "lockstep-client-callback-" + COUNT.incrementAndGet());
            this.owner = owner;
            setDaemon(true);
        }
    }
}
