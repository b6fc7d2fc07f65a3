package io.lockstep.node.raft;

/**
 * Bounds of the consensus. The defaults suit production; tests shrink them.
 *
 * @param maxEntryBytes the largest log entry that may be proposed
 * @param maxLogMemoryBytes entries held in memory until durable and applied; above it proposals fail as busy
 * @param snapshotLogBytes a snapshot is taken after this much log
 * @param snapshotEntries or after this many entries, whichever comes first
 * @param truncationLagEntries entries kept below the point up to which the log could be cut
 * @param maxPendingCalls requests in flight to one peer on one lane; more are refused at once
 */
public record RaftLimits(
        int maxEntryBytes,
        long maxLogMemoryBytes,
        long snapshotLogBytes,
        long snapshotEntries,
        long truncationLagEntries,
        int maxPendingCalls) {
    public static final RaftLimits DEFAULTS = new RaftLimits(16 << 20, 64L << 20, 256L << 20, 500_000, 10_000, 4_096);

    public RaftLimits {
        requirePositive("maxEntryBytes", maxEntryBytes);
        requirePositive("maxLogMemoryBytes", maxLogMemoryBytes);
        requirePositive("snapshotLogBytes", snapshotLogBytes);
        requirePositive("snapshotEntries", snapshotEntries);
        requirePositive("maxPendingCalls", maxPendingCalls);
        if (truncationLagEntries < 0) {
            throw new IllegalArgumentException(
                    "truncationLagEntries " + truncationLagEntries + ": must not be negative");
        }
    }

    /** The same limits with other snapshot triggers. */
    public RaftLimits withSnapshotsEvery(long logBytes, long entries) {
        return new RaftLimits(
                maxEntryBytes, maxLogMemoryBytes, logBytes, entries, truncationLagEntries, maxPendingCalls);
    }

    /** The same limits with another distance between a snapshot and the first entry kept. */
    public RaftLimits withTruncationLag(long entries) {
        return new RaftLimits(
                maxEntryBytes, maxLogMemoryBytes, snapshotLogBytes, snapshotEntries, entries, maxPendingCalls);
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " " + value + ": must be positive");
        }
    }
}
