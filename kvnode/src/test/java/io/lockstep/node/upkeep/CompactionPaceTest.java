package io.lockstep.node.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A revision is made every second; the time is looked at every 20 s. */
class CompactionPaceTest {
    private static final int STEP_SECONDS = 20;

    /** "minute:revision" of each compaction. */
    private static List<String> run(CompactionPace pace, Duration time, int leadsFromMinute) {
        List<String> compactions = new ArrayList<>();
        for (int second = 0; second <= time.toSeconds(); second += STEP_SECONDS) {
            long now = TimeUnit.SECONDS.toNanos(second);
            OptionalLong due = pace.due(now, 1 + second, second >= 60 * leadsFromMinute);
            if (due.isPresent()) {
                compactions.add(second / 60 + ":" + due.getAsLong());
                pace.done(now, due.getAsLong());
            }
        }
        return compactions;
    }

    @Test
    void periodic_shorterThanAnHour_compactsOncePerPeriodToAPeriodAgo() {
        CompactionPace pace = new CompactionPace.Periodic(Duration.ofMinutes(30));

        assertThat(run(pace, Duration.ofMinutes(95), 0)).containsExactly("30:1", "60:1621", "90:3421");
    }

    @Test
    void periodic_longerThanAnHour_compactsEveryHourAfterTheFirstPeriod() {
        CompactionPace pace = new CompactionPace.Periodic(Duration.ofHours(3));

        List<String> compactions = run(pace, Duration.ofHours(5), 0);

        assertThat(compactions).containsExactly("180:1", "240:3241", "300:6841");
    }

    @Test
    void periodic_leadsOnlyLater_hasFollowedTheRevisions() {
        CompactionPace pace = new CompactionPace.Periodic(Duration.ofMinutes(30));

        assertThat(run(pace, Duration.ofMinutes(50), 45)).containsExactly("45:721");
    }

    @Test
    void periodic_compactionFails_isTriedAgainAtTheNextLook() {
        CompactionPace pace = new CompactionPace.Periodic(Duration.ofMinutes(10));
        List<Integer> dueAt = new ArrayList<>();
        for (int second = 0; second <= 720; second += STEP_SECONDS) {
            if (pace.due(TimeUnit.SECONDS.toNanos(second), 1 + second, true).isPresent()) {
                dueAt.add(second);
            }
        }

        assertThat(dueAt).containsExactly(600, 660, 720);
    }

    @Test
    void keepRevisions_everyFiveMinutes_leavesAsManyAsAreKept() {
        CompactionPace pace = new CompactionPace.KeepRevisions(400);

        assertThat(run(pace, Duration.ofMinutes(16), 0)).containsExactly("10:201", "15:501");
    }
}
