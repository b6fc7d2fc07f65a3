package io.lockstep.node.config;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of {@link Upkeep}: etcd's names, and its ways to write them. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class UpkeepFlags {
    private static final Pattern DURATION_PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(h|ms|m|s)");

    @Option(
            names = "--quota-backend-bytes",
            paramLabel = "BYTES",
            defaultValue = "0",
            description = "What the state may take before writes are refused. 0: 8 GiB; below 0: no bound.")
    private String quotaBytes;

    @Option(
            names = "--min-free-bytes",
            paramLabel = "BYTES",
            description = "Writes are refused while less of the disk is free"
                    + " (default: 256 MiB, or a twentieth of a small disk). 0: no bound.")
    private @Nullable String minFreeBytes;

    @Option(
            names = "--auto-compaction-mode",
            paramLabel = "periodic|revision",
            defaultValue = "periodic",
            description = "Whether the retention is a time or a number of revisions.")
    private String compactionMode;

    @Option(
            names = "--auto-compaction-retention",
            paramLabel = "RETENTION",
            defaultValue = "0",
            description = "How much history is kept: hours or a time such as 30m; or revisions. 0: all of it.")
    private String compactionRetention;

    @Option(
            names = "--corrupt-check-time",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "How often the leader compares the members' states. 0: only a member that starts does.")
    private String corruptCheckTime;

    Upkeep toUpkeep() {
        long quota = whole("quota-backend-bytes", quotaBytes);
        long quotaOrDefault = quota == 0 ? Upkeep.DEFAULT.quotaBytes() : Math.max(0, quota);
        OptionalLong free =
                minFreeBytes == null ? OptionalLong.empty() : OptionalLong.of(whole("min-free-bytes", minFreeBytes));
        return new Upkeep(quotaOrDefault, free, compaction(), duration("corrupt-check-time", corruptCheckTime));
    }

    private CompactionRule compaction() {
        String retention = compactionRetention.strip();
        if (compactionMode.equals("revision")) {
            long count = whole("auto-compaction-retention", retention);
            if (count < 0) {
                throw ConfigException.of("auto-compaction-retention", count, "is not a number of revisions from 0 up");
            }
            return count == 0 ? new CompactionRule.Off() : new CompactionRule.KeepRevisions(count);
        }
        if (!compactionMode.equals("periodic")) {
            throw ConfigException.of(
                    "auto-compaction-mode", compactionMode, "is neither \"periodic\" nor \"revision\"");
        }
        Duration time = retention.matches("\\d{1,6}")
                ? Duration.ofHours(Long.parseLong(retention))
                : duration("auto-compaction-retention", retention);
        return time.isZero() ? new CompactionRule.Off() : new CompactionRule.Periodic(time);
    }

    private static long whole(String setting, String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw ConfigException.of(setting, text, "is not a whole number");
        }
    }

    /** As Go writes them: 1h30m, 10s, 250ms. */
    static Duration duration(String setting, String given) {
        String text = given.strip();
        Duration sum = Duration.ZERO;
        Matcher part = DURATION_PART.matcher(text);
        int end = 0;
        while (part.lookingAt()) {
            long unitMillis = switch (part.group(2)) {
                case "h" -> 3_600_000;
                case "m" -> 60_000;
                case "s" -> 1_000;
                default -> 1;
            };
            sum = sum.plusMillis(Math.round(Double.parseDouble(part.group(1)) * unitMillis));
            end = part.end();
            part.region(end, text.length());
        }
        boolean parsed = text.equals("0") || (end > 0 && end == text.length());
        if (!parsed) {
            throw ConfigException.of(setting, given, "is not a time such as 30m or 1h30m");
        }
        return sum;
    }
}
