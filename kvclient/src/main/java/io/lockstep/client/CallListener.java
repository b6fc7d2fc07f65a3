package io.lockstep.client;

/**
 * Is told of each call that has ended, for metrics: {@code KvClientBuilder.listener}. Called on the thread that ends the
 * call, mostly the event loop: it must not block. What it throws is dropped.
 */
@FunctionalInterface
public interface CallListener {
    /** Once per call, attempts and waits all done. */
    void onCallEnded(CallReport report);
}
