package io.lockstep.bench.load;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls begin at fixed moments, whether or not earlier ones have completed. Latency counts from the moment at which a call was to begin: when
 * a slow server or a full bound holds the pacer up, the calls behind it are late by as much, and that is seen (no coordinated omission).
 */
final class OpenLoop implements Loop {
    /** With so many calls outstanding the pacer waits: a server that has stopped answering must not take the client's memory. */
    static final int MAX_OUTSTANDING = 10_000;

    private static final long STOP_TIMEOUT_SECONDS = 30;

    private final Connections connections;
    private final OperationSource source;
    private final double intervalNanos;
    private final Semaphore free = new Semaphore(MAX_OUTSTANDING);
    private final Thread pacer = ClosedLoop.daemon("bench-pacer", this::pace);

    /** Written by the caller's thread, read by the event loops and the pacer. */
    private volatile Window window = new Window();

    private volatile boolean stopping;

    OpenLoop(Connections connections, OperationSource source, int ratePerSecond) {
        this.connections = connections;
        this.source = source;
        this.intervalNanos = (double) TimeUnit.SECONDS.toNanos(1) / ratePerSecond;
    }

    @Override
    public void start() {
        pacer.start();
    }

    @Override
    public void recordInto(Window next) {
        window = next;
    }

    private void pace() {
        long begin = System.nanoTime();
        for (long call = 0; !stopping; call++) {
            long intended = begin + (long) (call * intervalNanos);
            for (long now = System.nanoTime(); now < intended && !stopping; now = System.nanoTime()) {
                LockSupport.parkNanos(intended - now);
            }
            if (!takePermit()) {
                return;
            }
            Operation operation = source.next();
            connections.start(operation, (response, status) -> {
                window.record(System.nanoTime() - intended, status);
                ClosedLoop.learn(source, operation, response);
                free.release();
            });
        }
    }

    private boolean takePermit() {
        try {
            while (!free.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                if (stopping) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Override
    public void stop() throws InterruptedException {
        stopping = true;
        pacer.join(TimeUnit.SECONDS.toMillis(STOP_TIMEOUT_SECONDS));
        if (free.tryAcquire(MAX_OUTSTANDING, STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            free.release(MAX_OUTSTANDING);
        }
    }
}
