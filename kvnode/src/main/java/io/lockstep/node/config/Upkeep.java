package io.lockstep.node.config;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * What a node does by itself to keep its state small and sound.
 *
 * @param quotaBytes what the state may take on disk and in memory before writes are refused; 0: no bound
 * @param minFreeBytes what must stay free on the disk of the data directory; empty: the smaller of 256 MiB and a
 *     twentieth of the disk; 0: no bound
 * @param corruptCheckInterval how often the leader compares the members' states; zero: never
 */
public record Upkeep(
        long quotaBytes, OptionalLong minFreeBytes, CompactionRule compaction, Duration corruptCheckInterval) {
    public static final Upkeep DEFAULT =
            new Upkeep(8L << 30, OptionalLong.empty(), new CompactionRule.Off(), Duration.ofHours(1));

    private static final long MAX_BYTES = 1L << 50;
    private static final long DEFAULT_FREE_BYTES = 256L << 20;
    private static final int DEFAULT_FREE_PART = 20;

    public Upkeep {
        check("quota-backend-bytes", quotaBytes);
        check("min-free-bytes", minFreeBytes.orElse(0));
    }

    private static void check(String setting, long bytes) {
        if (bytes < 0 || bytes > MAX_BYTES) {
            throw ConfigException.of(setting, bytes, "is out of range: 0 to " + MAX_BYTES + " bytes");
        }
    }

    /** @param diskBytes the size of the disk */
    public long minFreeBytes(long diskBytes) {
        return minFreeBytes.orElse(Math.min(DEFAULT_FREE_BYTES, diskBytes / DEFAULT_FREE_PART));
    }

    public Upkeep withQuotaBytes(long bytes) {
        return new Upkeep(bytes, minFreeBytes, compaction, corruptCheckInterval);
    }

    public Upkeep withMinFreeBytes(long bytes) {
        return new Upkeep(quotaBytes, OptionalLong.of(bytes), compaction, corruptCheckInterval);
    }

    public Upkeep withCompaction(CompactionRule rule) {
        return new Upkeep(quotaBytes, minFreeBytes, rule, corruptCheckInterval);
    }

    public Upkeep withCorruptCheckInterval(Duration interval) {
        return new Upkeep(quotaBytes, minFreeBytes, compaction, interval);
    }
}
