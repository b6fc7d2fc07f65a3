package io.lockstep.node;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that tells the time to whoever has deadlines to watch. */
final class NodeClock implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeClock.class);
    private static final long TICK_MILLIS = 20;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread clock = new Thread(task, "lockstep-clock");
        clock.setDaemon(true);
        return clock;
    });

    interface Ticked {
        /** @param nowNanos of {@link System#nanoTime} */
        void onTick(long nowNanos);
    }

    void start(List<Ticked> all) {
        thread.scheduleWithFixedDelay(() -> all.forEach(NodeClock::tick), 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void tick(Ticked one) {
        try {
            one.onTick(System.nanoTime());
        } catch (RuntimeException e) {
            LOG.error("a deadline watch failed", e);
        }
    }

    ScheduledExecutorService thread() {
        return thread;
    }

    /** No time passes until the latch is down. */
    void hold(CountDownLatch until) {
        thread.execute(() -> await(until));
    }

    static void await(CountDownLatch until) {
        try {
            until.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
