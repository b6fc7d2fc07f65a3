package io.lockstep.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyPickerTest {
    private static final int KEYS = 1_000;
    private static final int DRAWS = 200_000;

    @Test
    void uniform_overManyDraws_takesEveryKeyAboutAsOften() {
        long[] counts = counts(true);
        assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(DRAWS / KEYS / 2);
        assertThat(Arrays.stream(counts).max().orElseThrow()).isLessThan(DRAWS / KEYS * 2);
    }

    /** Ranks that fall on one key by chance add up, so only the head of the law is looked at. */
    @Test
    void zipf_overManyDraws_prefersFewKeys() {
        long[] sorted = Arrays.stream(counts(false)).sorted().toArray();
        double share = 1 / KeyPicker.Zipf.of(KEYS).zeta();
        assertThat(sorted[KEYS - 1] / (double) DRAWS).isBetween(0.85 * share, 1.4 * share);
        assertThat(sorted[KEYS / 2]).isLessThan(DRAWS / KEYS);
    }

    @Test
    void zipf_byRank_followsTheLaw() {
        KeyPicker.Zipf zipf = KeyPicker.Zipf.of(KEYS);
        SplittableRandom random = new SplittableRandom(3);
        long[] ranks = new long[KEYS];
        for (int i = 0; i < DRAWS; i++) {
            ranks[(int) zipf.rank(random.nextDouble())]++;
        }
        assertThat(ranks[0] / (double) DRAWS).isBetween(0.95 / zipf.zeta(), 1.05 / zipf.zeta());
        assertThat(ranks[0] / (double) ranks[1]).isBetween(1.8, 2.2);
        assertThat(ranks[9] / (double) ranks[99]).isBetween(6.0, 14.0);
    }

    @Test
    void zipf_ofOneKey_picksIt() {
        KeyPicker picker = new KeyPicker(new SplittableRandom(1), 1, KeyPicker.Zipf.of(1), false);
        for (int i = 0; i < 100; i++) {
            assertThat(picker.next()).isZero();
        }
    }

    private static long[] counts(boolean uniform) {
        KeyPicker picker = new KeyPicker(new SplittableRandom(7), KEYS, KeyPicker.Zipf.of(KEYS), uniform);
        long[] counts = new long[KEYS];
        for (int i = 0; i < DRAWS; i++) {
            counts[picker.next()]++;
        }
        return counts;
    }
}
