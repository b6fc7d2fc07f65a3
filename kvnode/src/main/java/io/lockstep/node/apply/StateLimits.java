package io.lockstep.node.apply;

import java.time.Duration;

/**
 * The bounds of a state.
 *
 * @param batchBytes changed bytes after which a batch is written, published and answered
 * @param batchCommands commands after which it is
 * @param commandChangeBytes what one command may change at most. Decides outcomes, so it must be the same on every
 *     member: only tests use another value than the default
 * @param flushBytes changed bytes after which memtables are flushed in the background
 * @param flushCommands commands after which they are
 * @param flushInterval age of the oldest unflushed write after which they are
 * @param viewAge how long a view may be held after a newer one replaced it
 * @param blockCacheBytes bounds cached blocks and memtables together
 * @param memtableBytes bounds memtables
 * @param compactionStepChanges changes that one step of physical compaction looks at, whole revisions at least
 */
public record StateLimits(
        long batchBytes,
        int batchCommands,
        long commandChangeBytes,
        long flushBytes,
        long flushCommands,
        Duration flushInterval,
        Duration viewAge,
        long blockCacheBytes,
        long memtableBytes,
        int compactionStepChanges) {
    private static final long MIB = 1L << 20;

    public static StateLimits defaults() {
        return new StateLimits(
                MIB,
                1_000,
                64 * MIB,
                64 * MIB,
                25_000,
                Duration.ofSeconds(3),
                Duration.ofSeconds(60),
                256 * MIB,
                128 * MIB,
                10_000);
    }
}
