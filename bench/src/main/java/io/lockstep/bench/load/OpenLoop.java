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

    /** Written by the caller's thread, read by the pacer. */
    private volatile Era era = new Era(new Window(), new Window(), System.nanoTime());

    /** Written by the caller's thread, read by the pacer: the moment from which on no call is to begin; 0 while there is none. */
    private volatile long endNanos;

    /** Calls to begin from a moment on count in another window than those before; a pacer that is late still begins some of those. */
    private record Era(Window before, Window from, long sinceNanos) {
        Window of(long intended) {
            return intended - sinceNanos >= 0 ? from : before;
        }
    }

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
        era = new Era(era.from(), next, System.nanoTime());
    }

    private void pace() {
        long begin = System.nanoTime();
        for (long call = 0; ; call++) {
            long intended = begin + (long) (call * intervalNanos);
            for (long now = System.nanoTime(); now < intended && !isOver(intended); now = System.nanoTime()) {
                LockSupport.parkNanos(intended - now);
            }
            if (isOver(intended) || !takePermit()) {
                return;
            }
            Operation operation = source.next();
            Window window = era.of(intended);
            connections.start(operation, (response, status) -> {
                window.record(System.nanoTime() - intended, status);
                ClosedLoop.learn(source, operation, response);
                free.release();
            });
        }
    }

    private boolean isOver(long intended) {
        long end = endNanos;
        return end != 0 && intended - end >= 0;
    }

    /** Waits as long as calls may take: beyond that the server answers nothing, and the load ends. */
    private boolean takePermit() {
        try {
            return free.tryAcquire(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Override
    public void stop() throws InterruptedException {
        endNanos = System.nanoTime();
        pacer.join(TimeUnit.SECONDS.toMillis(STOP_TIMEOUT_SECONDS));
        if (free.tryAcquire(MAX_OUTSTANDING, STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
            free.release(MAX_OUTSTANDING);
        }
    }
}
