package io.lockstep.client;

/**
 * How much one client has under way at once, so that a caller who is faster than the cluster waits instead of filling memory.
 * A call that finds no room waits for its turn, in order and within its deadline; one that finds no place to wait either is
 * refused at once with a {@link DefiniteFailure} (code RESOURCE_EXHAUSTED). Servers that answer "too many requests" lower
 * what is let under way; answers raise it again, up to these limits.
 *
 * @param maxCalls calls under way, those between two attempts included; at least 1
 * @param maxBytes of their requests together; one larger request goes alone. As many bytes again may wait
 * @param maxWaiting calls that wait for their turn; 0: none does, and what finds no room is refused at once
 */
public record CallLimits(int maxCalls, long maxBytes, int maxWaiting) {
    /** 1,000 calls and 64 MiB under way, 10,000 calls waiting. */
    public static final CallLimits DEFAULT = new CallLimits(1_000, 64L << 20, 10_000);

    /** @throws IllegalArgumentException with one line if a limit is too small */
    public CallLimits {
        if (maxCalls < 1 || maxBytes < 1 || maxWaiting < 0) {
            throw new IllegalArgumentException("maxCalls is " + maxCalls + " and maxBytes " + maxBytes
                    + "; both must be at least 1, and maxWaiting, which is " + maxWaiting + ", at least 0");
        }
    }

    /** The same, but nothing waits: what finds no room is refused at once. */
    public CallLimits refuseWhenFull() {
        return new CallLimits(maxCalls, maxBytes, 0);
    }
}
