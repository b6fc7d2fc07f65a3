package io.lockstep.lab.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class ScaleTest {
    @Test
    void linear_endsAtARoundNumberAboveTheHighest() {
        Scale scale = Scale.linear(743, 6, Scale::plain);
        assertThat(scale.max()).isEqualTo(800);
        assertThat(scale.ticks()).containsExactly(0.0, 200.0, 400.0, 600.0, 800.0);
    }

    @Test
    void linear_ofNothing_isStillAnAxis() {
        assertThat(Scale.linear(0, 3, Scale::plain).max()).isPositive();
    }

    @Test
    void time_endsWhereTheRunEnds() {
        Scale scale = Scale.time(61.3);
        assertThat(scale.max()).isEqualTo(61.3);
        assertThat(scale.ticks()).containsExactly(0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0);
    }

    @Test
    void millis_marksPowersOfTenAndItsEnd() {
        Scale scale = Scale.millis(1, 13_000);
        assertThat(scale.ticks()).containsExactly(1.0, 10.0, 100.0, 1_000.0, 20_000.0);
        assertThat(scale.ticks().stream().map(scale.label()::apply).toList())
                .containsExactly("1 ms", "10 ms", "100 ms", "1 s", "20 s");
    }

    @Test
    void millis_valueBelowTheAxis_liesAtItsBeginning() {
        Scale scale = Scale.millis(1, 1_000);
        assertThat(scale.share(0)).isZero();
        assertThat(scale.share(1_000)).isEqualTo(1);
        assertThat(scale.share(31.6)).isCloseTo(0.5, within(0.01));
    }
}
