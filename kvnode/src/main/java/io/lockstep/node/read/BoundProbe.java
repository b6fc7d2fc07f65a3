package io.lockstep.node.read;

import java.util.concurrent.TimeUnit;

/**
 * Keeps the staleness bound fresh where no linearizable read does: a ReadIndex round every 100 ms while bounds were asked
 * for in the last 30 s, else every second.
 */
public final class BoundProbe {
    private static final long WANTED_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final ReadGate gate;
    private final StalenessBound bound;

    /** Written by any reader, read by the clock. */
    private volatile long lastAskedNanos = System.nanoTime() - WANTED_NANOS;

    /** Clock thread. */
    private long lastProbeNanos = System.nanoTime() - IDLE_NANOS;

    private long lastExaminedNanos = System.nanoTime();

    public BoundProbe(ReadGate gate, StalenessBound bound) {
        this.gate = gate;
        this.bound = bound;
    }

    /** Somebody wants to know the bound. Any thread. */
    public void asked() {
        lastAskedNanos = System.nanoTime();
    }

    /** The node's clock, every few milliseconds. */
    public void onTick(long nowNanos) {
        if (nowNanos - lastExaminedNanos >= IDLE_NANOS) {
            lastExaminedNanos = nowNanos;
            bound.examine();
        }
        long interval = nowNanos - lastAskedNanos < WANTED_NANOS ? BUSY_NANOS : IDLE_NANOS;
        if (nowNanos - lastProbeNanos >= interval && gate.nanosSinceRound(nowNanos) >= interval) {
            lastProbeNanos = nowNanos;
            gate.probe();
        }
    }
}
