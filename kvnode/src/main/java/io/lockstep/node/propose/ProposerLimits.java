package io.lockstep.node.propose;

import java.time.Duration;

/**
 * Bounds of the write path. Beyond the first three a call is refused at once as {@code TOO_MANY_REQUESTS}, beyond {@code
 * maxQueueWait} later.
 *
 * @param maxPendingCalls calls that wait for a result; fewer while results take long, see {@link PendingLimit}
 * @param maxPendingBytes sum of their commands
 * @param maxApplyLagEntries entries in this node's log that are not applied yet
 * @param maxForwardedBytes commands of other members that wait here, as this node leads
 * @param maxQueueWait how long a call waits to be sent while its leader takes others
 * @param maxBatchBytes commands packed into one log entry, unless one command alone is larger
 * @param maxEntriesInFlight entries handed to the log and not yet committed, at most: see {@link SendWindow}
 * @param noLeaderPatience how long a call waits for a leader to be known before it is refused
 */
public record ProposerLimits(
        int maxPendingCalls,
        long maxPendingBytes,
        long maxApplyLagEntries,
        long maxForwardedBytes,
        Duration maxQueueWait,
        int maxBatchBytes,
        int maxEntriesInFlight,
        Duration noLeaderPatience) {
    /** Of the heap, for calls that wait and for what the other members forward, each. */
    private static final int HEAP_SHARE = 8;

    public ProposerLimits {
        if (maxPendingCalls < 1
                || maxPendingBytes < 1
                || maxForwardedBytes < 1
                || maxBatchBytes < 1
                || maxEntriesInFlight < 1) {
            throw new IllegalArgumentException("bounds of the proposer must be positive");
        }
    }

    public static ProposerLimits defaults(Duration electionTimeout) {
        long bytes = Math.min(128L << 20, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
        return new ProposerLimits(
                16_384,
                bytes,
                5_000,
                bytes,
                Duration.ofSeconds(1),
                512 << 10,
                32,
                electionTimeout.multipliedBy(3).dividedBy(2));
    }
}
