package io.lockstep.jepsen.nemesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlanTest {
    private static final List<FaultKind> ALL = Arrays.asList(FaultKind.values());

    @Test
    void plan_sameSeed_isTheSame() {
        assertThat(Plan.of(7, ALL, Duration.ofMinutes(5))).isEqualTo(Plan.of(7, ALL, Duration.ofMinutes(5)));
        assertThat(Plan.of(7, ALL, Duration.ofMinutes(5))).isNotEqualTo(Plan.of(8, ALL, Duration.ofMinutes(5)));
    }

    @Test
    void plan_longEnough_hasEveryKindAndEndsInTime() {
        for (long seed = 0; seed < 100; seed++) {
            Duration time = Duration.ofSeconds(150);
            List<Plan.Step> steps = Plan.of(seed, ALL, time).steps();
            assertThat(new HashSet<>(steps.stream().map(Plan.Step::kind).toList()))
                    .hasSize(ALL.size());
            Plan.Step last = steps.get(steps.size() - 1);
            assertThat(last.atMillis() + last.lastingMillis()).isLessThan(time.toMillis());
            for (int i = 1; i < steps.size(); i++) {
                Plan.Step before = steps.get(i - 1);
                assertThat(steps.get(i).atMillis()).isGreaterThan(before.atMillis() + before.lastingMillis());
            }
        }
    }

    @Test
    void faults_byGroupAndName_areParsed() {
        assertThat(FaultKind.parse("none")).isEmpty();
        assertThat(FaultKind.parse("power, kill-leader,power-one"))
                .containsExactly(FaultKind.POWER_ONE, FaultKind.POWER_ALL, FaultKind.KILL_LEADER);
        assertThatThrownBy(() -> FaultKind.parse("flood"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no fault flood: choose from none, partition");
    }
}
