package io.lockstep.node.lease;

/**
 * What one lease may carry: its revoke is one command, which must never be refused for its size. The limits decide
 * outcomes, so they are the same on every member.
 *
 * @param maxKeysPerLease keys attached at a time
 * @param maxRevokeBytes what their deletion may change
 */
public record LeaseLimits(int maxKeysPerLease, long maxRevokeBytes) {
    private static final int MAX_KEYS = 100_000;

    public static LeaseLimits of(long maxCommandChangeBytes) {
        return new LeaseLimits(MAX_KEYS, maxCommandChangeBytes);
    }
}
