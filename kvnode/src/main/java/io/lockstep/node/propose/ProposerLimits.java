package io.lockstep.node.propose;

import java.time.Duration;

/**
 * Bounds of the write path. Beyond the first three a call is refused at once as {@code TOO_MANY_REQUESTS}.
 *
 * @param maxPendingCalls calls that wait for a result
 * @param maxPendingBytes sum of their commands
 * @param maxApplyLagEntries entries in this node's log that are not applied yet
 * @param maxBatchBytes commands packed into one log entry, unless one command alone is larger
 * @param maxEntriesInFlight entries handed to the log and not yet committed: what bounds batching under load
 * @param noLeaderPatience how long a call waits for a leader to be known before it is refused
 */
public record ProposerLimits(
        int maxPendingCalls,
        long maxPendingBytes,
        long maxApplyLagEntries,
        int maxBatchBytes,
        int maxEntriesInFlight,
        Duration noLeaderPatience) {
    public ProposerLimits {
        if (maxPendingCalls < 1 || maxPendingBytes < 1 || maxBatchBytes < 1 || maxEntriesInFlight < 1) {
            throw new IllegalArgumentException("bounds of the proposer must be positive");
        }
    }

    public static ProposerLimits defaults(Duration electionTimeout) {
        return new ProposerLimits(
                16_384,
                128L << 20,
                5_000,
                512 << 10,
                32,
                electionTimeout.multipliedBy(3).dividedBy(2));
    }
}
