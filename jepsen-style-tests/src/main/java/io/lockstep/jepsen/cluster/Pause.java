package io.lockstep.jepsen.cluster;

/** Lets time pass for things outside this process that give no signal. */
public final class Pause {
    private Pause() {}

    /** @throws IllegalStateException if interrupted, which ends a run */
    public static void millis(long millis) {
        try {
            Thread.sleep(Math.max(0, millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
