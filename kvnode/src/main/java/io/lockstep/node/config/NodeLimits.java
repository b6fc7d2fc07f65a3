package io.lockstep.node.config;

/**
 * Bounds that a user may set.
 *
 * @param maxRequestBytes a marshalled write request may not be larger
 * @param maxTxnOps compares, success and failure operations of a transaction, each
 * @param maxConcurrentStreams calls that one connection may have open
 * @param snapshotEntries log entries after which a snapshot is taken
 * @param snapshotBytes log bytes after which a snapshot is taken
 * @param logMarginEntries entries kept in the log behind a snapshot, for members that are a little behind
 */
public record NodeLimits(
        int maxRequestBytes,
        int maxTxnOps,
        int maxConcurrentStreams,
        int snapshotEntries,
        long snapshotBytes,
        int logMarginEntries) {
    public static final NodeLimits DEFAULT = new NodeLimits(1_572_864, 128, 8_192, 500_000, 256L << 20, 10_000);

    public NodeLimits {
        check("max-request-bytes", maxRequestBytes, 1_024, 64 << 20);
        check("max-txn-ops", maxTxnOps, 1, 100_000);
        check("max-concurrent-streams", maxConcurrentStreams, 1, Integer.MAX_VALUE);
        check("snapshot-count", snapshotEntries, 10, 100_000_000);
        check("snapshot-log-bytes", snapshotBytes, 1 << 10, 1L << 40);
        check("log-margin", logMarginEntries, 0, 100_000_000);
    }

    private static void check(String setting, long value, long from, long to) {
        if (value < from || value > to) {
            throw ConfigException.of(setting, value, "is out of range: " + from + " to " + to);
        }
    }
}
