package io.lockstep.node.config;

import java.time.Duration;

/**
 * Bounds that a user may set.
 *
 * @param maxRequestBytes a marshalled write request may not be larger
 * @param maxTxnOps compares, success and failure operations of a transaction, each
 * @param maxConcurrentStreams calls that one connection may have open
 * @param snapshotEntries log entries after which a snapshot is taken
 * @param snapshotBytes log bytes after which a snapshot is taken
 * @param logMarginEntries entries kept in the log behind a snapshot, for members that are a little behind
 * @param watchProgressInterval how long a watch that asked for progress goes without any answer
 * @param maxLearners members without a vote in the cluster, when one more is added through this node
 */
public record NodeLimits(
        int maxRequestBytes,
        int maxTxnOps,
        int maxConcurrentStreams,
        int snapshotEntries,
        long snapshotBytes,
        int logMarginEntries,
        Duration watchProgressInterval,
        int maxLearners) {
    public static final NodeLimits DEFAULT =
            new NodeLimits(1_572_864, 128, 8_192, 500_000, 256L << 20, 10_000, Duration.ofMinutes(10), 1);

    public NodeLimits {
        check("max-request-bytes", maxRequestBytes, 1_024, 64 << 20);
        check("max-txn-ops", maxTxnOps, 1, 100_000);
        check("max-concurrent-streams", maxConcurrentStreams, 1, Integer.MAX_VALUE);
        check("snapshot-count", snapshotEntries, 10, 100_000_000);
        check("snapshot-log-bytes", snapshotBytes, 1 << 10, 1L << 40);
        check("log-margin", logMarginEntries, 0, 100_000_000);
        check(
                "experimental-watch-progress-notify-interval",
                watchProgressInterval.toMillis(),
                100,
                Duration.ofDays(1).toMillis());
        check("experimental-max-learners", maxLearners, 1, 100);
    }

    public NodeLimits withWatchProgressInterval(Duration interval) {
        return new NodeLimits(
                maxRequestBytes,
                maxTxnOps,
                maxConcurrentStreams,
                snapshotEntries,
                snapshotBytes,
                logMarginEntries,
                interval,
                maxLearners);
    }

    public NodeLimits withMaxLearners(int learners) {
        return new NodeLimits(
                maxRequestBytes,
                maxTxnOps,
                maxConcurrentStreams,
                snapshotEntries,
                snapshotBytes,
                logMarginEntries,
                watchProgressInterval,
                learners);
    }

    private static void check(String setting, long value, long from, long to) {
        if (value < from || value > to) {
            throw ConfigException.of(setting, value, "is out of range: " + from + " to " + to);
        }
    }
}
