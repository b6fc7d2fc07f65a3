package io.lockstep.node;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs what follows a result or an open gate, so that the apply thread and the log's threads never do. */
final class AnswerThreads implements AutoCloseable {
    private final AtomicInteger count = new AtomicInteger();
    private final int size = Math.max(2, Runtime.getRuntime().availableProcessors());
    private final ExecutorService threads = Executors.newFixedThreadPool(size, task -> {
        Thread thread = new Thread(task, "lockstep-answer-" + count.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    });

    /** One task a batch or a round, each bounded by the calls that may be open: so its queue is bounded by them too. */
    Executor executor() {
        return task -> {
            try {
                threads.execute(task);
            } catch (RejectedExecutionException e) {
                task.run(); // the node closes: the last calls end on whatever thread says so
            }
        };
    }

    /** Every thread waits for the latch. */
    void hold(CountDownLatch until) {
        for (int i = 0; i < size; i++) {
            threads.execute(() -> NodeClock.await(until));
        }
    }

    @Override
    public void close() {
        threads.shutdown();
    }
}
