package io.lockstep.node.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StalenessBoundTest {
    /** A machine whose clocks stand still unless told otherwise. */
    private static final class FakeClocks implements Clocks {
        long nanos = 5_000_000_000L;
        long wallMillis = 1_000_000;
        long uptimeMillis = 90_000;

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public long wallMillis() {
            return wallMillis;
        }

        @Override
        public long uptimeMillis() {
            return uptimeMillis;
        }

        void pass(long millis) {
            nanos += TimeUnit.MILLISECONDS.toNanos(millis);
            wallMillis += millis;
            uptimeMillis += millis;
        }

        /** As a suspended machine's: the monotonic clock does not count it. */
        void sleep(long millis) {
            wallMillis += millis;
            uptimeMillis += millis;
        }
    }

    private final FakeClocks clocks = new FakeClocks();
    private final StalenessBound bound = new StalenessBound(0.01, clocks);

    @Test
    void ageMillis_beforeAnyRound_isUnproven() {
        assertThat(bound.ageMillis()).isEqualTo(StalenessBound.UNPROVEN);
    }

    @Test
    void ageMillis_afterARound_countsFromItsStartWithDriftRoundedUp() {
        StalenessBound.Mark begun = bound.mark();
        clocks.pass(100);
        bound.prove(begun);
        assertThat(bound.ageMillis()).as("100 ms and 1 % of drift").isEqualTo(101);
        clocks.pass(1);
        assertThat(bound.ageMillis()).as("102.01 ms").isEqualTo(103);
    }

    @Test
    void prove_olderRoundEndsLater_keepsTheNewer() {
        StalenessBound.Mark older = bound.mark();
        clocks.pass(50);
        StalenessBound.Mark newer = bound.mark();
        bound.prove(newer);
        bound.prove(older);
        assertThat(bound.proven()).isSameAs(newer);
    }

    @Test
    void ageMillis_proofTakenBeforeAPause_containsThePause() {
        bound.prove(bound.mark());
        StalenessBound.Mark proof = bound.proven();
        bound.prove(bound.mark());
        clocks.pass(2_000);
        assertThat(proof.ageMillis()).isEqualTo(2_020);
    }

    @Test
    void ageMillis_afterTheMachineSlept_isUnprovenUntilANewRound() {
        StalenessBound.Mark under = bound.mark();
        bound.prove(bound.mark());
        StalenessBound.Mark proof = bound.proven();
        clocks.sleep(3_000);
        assertThat(bound.ageMillis()).isEqualTo(StalenessBound.UNPROVEN);
        assertThat(proof.ageMillis()).isEqualTo(StalenessBound.UNPROVEN);
        bound.prove(under);
        assertThat(bound.ageMillis()).as("of a round from before").isEqualTo(StalenessBound.UNPROVEN);
        bound.prove(bound.mark());
        assertThat(bound.ageMillis()).isZero();
    }

    @Test
    void ageMillis_wallClockIsSet_goesOn() {
        bound.prove(bound.mark());
        clocks.pass(10);
        clocks.wallMillis += 86_400_000;
        assertThat(bound.ageMillis()).isEqualTo(11);
        clocks.wallMillis -= 7_200_000;
        assertThat(bound.ageMillis()).isEqualTo(11);
    }

    /** As the uptime comes in steps of 10 ms, it is often a millisecond behind a machine that never slept. */
    @Test
    void ageMillis_uptimeAMillisecondBehind_isNoUnknownUptime() {
        clocks.uptimeMillis = TimeUnit.NANOSECONDS.toMillis(clocks.nanos) - 1;
        StalenessBound behind = new StalenessBound(0.01, clocks);
        behind.prove(behind.mark());
        clocks.wallMillis += 86_400_000;
        assertThat(behind.ageMillis()).isZero();
    }

    @Test
    void examine_sleepHiddenByAWallClockSetBack_isSeen() {
        bound.prove(bound.mark());
        clocks.sleep(3_000);
        clocks.wallMillis -= 3_000;
        bound.examine();
        assertThat(bound.ageMillis()).isEqualTo(StalenessBound.UNPROVEN);
    }

    @Test
    void ageMillis_noUptimeToAsk_takesASetWallClockForSleep() {
        clocks.uptimeMillis = Clocks.UNKNOWN;
        StalenessBound blind = new StalenessBound(0.01, clocks);
        blind.prove(blind.mark());
        clocks.wallMillis += 3_000;
        assertThat(blind.ageMillis()).isEqualTo(StalenessBound.UNPROVEN);
    }

    @Test
    void system_uptimeAndMonotonicClock_goAlike() {
        StalenessBound real = new StalenessBound(0.01);
        real.prove(real.mark());
        real.examine();
        assertThat(real.ageMillis()).isNotEqualTo(StalenessBound.UNPROVEN);
        assertThat(Clocks.SYSTEM.uptimeMillis()).isPositive();
    }
}
