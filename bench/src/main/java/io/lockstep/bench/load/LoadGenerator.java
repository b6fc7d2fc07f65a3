package io.lockstep.bench.load;

import com.sun.management.OperatingSystemMXBean;
import io.grpc.Status;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Runs loads over connections that it is given. One load at a time; the caller's thread waits meanwhile. */
public final class LoadGenerator {
    private static final int PRELOAD_OUTSTANDING = 64;
    private static final long PRELOAD_STEP_TIMEOUT_SECONDS = 30;

    private final Connections connections;
    private final int connectionCount;

    public LoadGenerator(Connections connections, int connectionCount) {
        this.connections = connections;
        this.connectionCount = connectionCount;
    }

    /**
     * Puts every key once, so that reads have something to find.
     *
     * @throws LoadFailedException with the first refusal, or when nothing completes for half a minute
     */
    public void preload(LoadSpec spec) throws InterruptedException {
        OperationSource source = OperationSource.of(spec, 1).get(0);
        Semaphore free = new Semaphore(PRELOAD_OUTSTANDING);
        AtomicReference<@Nullable Status> firstFailure = new AtomicReference<>();
        for (int key = 0; key < spec.keys().count() && firstFailure.get() == null; key++) {
            take(free, 1);
            connections.start(source.put(key), (response, status) -> {
                if (!status.isOk()) {
                    firstFailure.compareAndSet(null, status);
                }
                free.release();
            });
        }
        take(free, PRELOAD_OUTSTANDING);
        Status failure = firstFailure.get();
        if (failure != null) {
            throw new LoadFailedException(
                    "writing the keys before the load failed: " + failure.getCode() + " " + failure.getDescription());
        }
    }

    private static void take(Semaphore free, int permits) throws InterruptedException {
        if (!free.tryAcquire(permits, PRELOAD_STEP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            throw new LoadFailedException("writing the keys before the load stands still");
        }
    }

    /** Warms up, measures, waits for the calls that are still outstanding, and tells what was measured. */
    public LoadResult run(LoadSpec spec) throws InterruptedException {
        Loop loop = spec.ratePerSecond() == 0
                ? new ClosedLoop(connections, OperationSource.of(spec, spec.clients()))
                : new OpenLoop(connections, OperationSource.of(spec, 1).get(0), spec.ratePerSecond());
        Window measured = new Window();
        loop.start();
        double seconds;
        double cpuSeconds;
        try {
            TimeUnit.SECONDS.sleep(spec.warmupSeconds());
            loop.recordInto(measured);
            long begin = System.nanoTime();
            long cpuBegin = cpuNanos();
            TimeUnit.SECONDS.sleep(spec.seconds());
            loop.recordInto(new Window());
            seconds = (System.nanoTime() - begin) / 1e9;
            cpuSeconds = (cpuNanos() - cpuBegin) / 1e9;
        } finally {
            loop.stop();
        }
        return result(spec, measured, seconds, cpuSeconds);
    }

    private LoadResult result(LoadSpec spec, Window window, double seconds, double cpuSeconds) {
        Histogram latencies = window.latencies();
        return new LoadResult(
                spec.mix().label(),
                spec.ratePerSecond() == 0 ? spec.clients() : 0,
                spec.ratePerSecond(),
                connectionCount,
                seconds,
                latencies.getTotalCount(),
                latencies.getTotalCount() / seconds,
                LoadResult.Latency.of(latencies),
                window.errors(),
                cpuSeconds);
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
}
