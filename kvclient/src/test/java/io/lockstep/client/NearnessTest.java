package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class NearnessTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Nearness nearness = new Nearness();

    @Test
    void failed_againAndAgain_isLeftAloneForLongerAndLonger() {
        long now = 0;
        for (long seconds : new long[] {1, 2, 4, 8, 16, 32, 32}) {
            nearness.failed(now);
            now += seconds * SECOND;
            assertThat(nearness.isLeftAlone(now - 1)).as("%d s", seconds).isTrue();
            assertThat(nearness.isLeftAlone(now)).as("%d s", seconds).isFalse();
        }
    }

    @Test
    void failed_leftAloneLongEnough_isProbedOnceBeforeItCounts() {
        nearness.failed(0);

        assertThat(nearness.takeProbe(SECOND - 1)).isFalse();
        assertThat(nearness.takeProbe(SECOND)).isTrue();
        assertThat(nearness.takeProbe(SECOND)).as("one is under way").isFalse();
        assertThat(nearness.roundTripNanos()).isEqualTo(Nearness.UNKNOWN);
        nearness.answered(7, SECOND);
        assertThat(nearness.roundTripNanos()).isEqualTo(7);
        assertThat(nearness.takeProbe(6 * SECOND)).as("measured lately").isFalse();
        assertThat(nearness.takeProbe(7 * SECOND)).isTrue();
    }

    @Test
    void answered_quickerCountsMoreThanSlower() {
        nearness.answered(1600, 0);
        nearness.answered(3200, 0);
        assertThat(nearness.roundTripNanos()).isEqualTo(1700);
        nearness.answered(700, 0);
        assertThat(nearness.roundTripNanos()).isEqualTo(1200);
    }
}
