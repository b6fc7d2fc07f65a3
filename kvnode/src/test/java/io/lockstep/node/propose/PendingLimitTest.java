package io.lockstep.node.propose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PendingLimitTest {
    private static final int MAX = 16_384;

    private final PendingLimit limit = new PendingLimit(MAX, 0);
    private long nowNanos;

    private void windows(int count, long waitedNanos, boolean refusing) {
        for (int i = 0; i < count; i++) {
            nowNanos += PendingLimit.WINDOW_NANOS;
            if (refusing) {
                limit.refused();
            }
            limit.results(10, 10 * waitedNanos);
            limit.onTick(nowNanos);
        }
    }

    @Test
    void limit_resultsTakeTooLong_shrinksToTheLeast() {
        int before = limit.limit();
        windows(1, 2 * PendingLimit.TARGET_NANOS, true);
        assertThat(limit.limit()).isLessThan(before);
        windows(50, 2 * PendingLimit.TARGET_NANOS, true);
        assertThat(limit.limit()).isEqualTo(PendingLimit.MIN);
    }

    @Test
    void limit_quickResultsWhileCallsAreRefused_growsToTheMost() {
        windows(50, PendingLimit.TARGET_NANOS / 10, true);
        assertThat(limit.limit()).isEqualTo(MAX);
    }

    @Test
    void limit_quickResultsAndNothingRefused_staysAsItIs() {
        int before = limit.limit();
        windows(50, PendingLimit.TARGET_NANOS / 10, false);
        assertThat(limit.limit()).isEqualTo(before);
    }

    @Test
    void limit_withoutResults_staysAsItIs() {
        int before = limit.limit();
        for (int i = 0; i < 50; i++) {
            nowNanos += PendingLimit.WINDOW_NANOS;
            limit.refused();
            limit.onTick(nowNanos);
        }
        assertThat(limit.limit()).isEqualTo(before);
    }
}
