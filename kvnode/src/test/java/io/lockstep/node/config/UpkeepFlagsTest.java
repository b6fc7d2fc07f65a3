package io.lockstep.node.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class UpkeepFlagsTest {
    private static Upkeep parse(String... arguments) {
        UpkeepFlags flags = new UpkeepFlags();
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("upkeep", CommandLine.Model.CommandSpec.forAnnotatedObject(flags)))
                .parseArgs(arguments);
        return flags.toUpkeep();
    }

    @Test
    void nothingGiven_areTheDefaults() {
        assertThat(parse()).isEqualTo(Upkeep.DEFAULT);
        assertThat(Upkeep.DEFAULT.quotaBytes()).isEqualTo(8_589_934_592L);
    }

    @Test
    void quota_zeroIsTheDefaultAndLessIsNone() {
        assertThat(parse("--quota-backend-bytes", "0").quotaBytes()).isEqualTo(8L << 30);
        assertThat(parse("--quota-backend-bytes=-1").quotaBytes()).isZero();
        assertThat(parse("--quota-backend-bytes", "1000").quotaBytes()).isEqualTo(1_000);
    }

    @Test
    void minFreeBytes_smallDisk_isATwentiethOfIt() {
        assertThat(parse().minFreeBytes(1L << 40)).isEqualTo(256L << 20);
        assertThat(parse().minFreeBytes(2_000)).isEqualTo(100);
        assertThat(parse("--min-free-bytes", "0").minFreeBytes(1L << 40)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"1,PT1H", "30m,PT30M", "1h30m,PT1H30M", "0.5h,PT30M", "250ms,PT0.25S", "72h,PT72H"})
    void periodicRetention_isRead(String text, Duration retention) {
        assertThat(parse("--auto-compaction-retention", text).compaction())
                .isEqualTo(new CompactionRule.Periodic(retention));
    }

    @Test
    void revisionRetention_isRead() {
        assertThat(parse("--auto-compaction-mode", "revision", "--auto-compaction-retention", "1000")
                        .compaction())
                .isEqualTo(new CompactionRule.KeepRevisions(1_000));
    }

    @ParameterizedTest
    @CsvSource({
        "--auto-compaction-mode,hourly",
        "--auto-compaction-retention,5x",
        "--auto-compaction-retention,1h5",
        "--corrupt-check-time,soon",
        "--corrupt-check-time,''",
        "--quota-backend-bytes,2GB",
        "--min-free-bytes,-1",
    })
    void wrongValue_isNamedInOneLine(String flag, String value) {
        assertThatThrownBy(() -> parse(flag, value))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(flag)
                .hasMessageNotContaining("\n");
    }
}
