package io.lockstep.jepsen.check;

/**
 * A call as the linearizability checker sees it.
 *
 * @param returnedNanos {@link #OPEN} if it may take effect at any time after its invocation, or never
 * @param label how to name it to a person
 */
public record Call<C>(C what, long invokedNanos, long returnedNanos, String label) {
    public static final long OPEN = Long.MAX_VALUE;

    boolean open() {
        return returnedNanos == OPEN;
    }
}
