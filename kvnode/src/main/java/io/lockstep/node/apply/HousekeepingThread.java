package io.lockstep.node.apply;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon thread on which a state keeps house if nobody gives it one. */
final class HousekeepingThread implements Executor, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HousekeepingThread.class);
    private static final long TICK_MILLIS = 500;
    private static final long CLOSE_TIMEOUT_SECONDS = 30;

    private final ScheduledThreadPoolExecutor executor;

    HousekeepingThread() {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "lockstep-state");
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    void drive(Runnable tick) {
        executor.scheduleWithFixedDelay(guarded(tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(guarded(task));
        } catch (RejectedExecutionException closing) {
            log.debug("a task came after the end of housekeeping");
        }
    }

    /** Work here is repeated later anyway; what matters is that one failure does not end the thread in silence. */
    private static Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                log.error("housekeeping of the state failed", e);
            }
        };
    }

    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                log.warn("housekeeping of the state did not end within {} s", CLOSE_TIMEOUT_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
