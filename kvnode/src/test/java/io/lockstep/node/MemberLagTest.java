package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MemberLagTest {
    private static final long MILLI = 1_000_000;

    private boolean leads = true;
    private long applied = 10;
    private long theirs = 10;
    private boolean reachable = true;
    private long nowNanos = System.nanoTime();
    private final MemberLag lag = new MemberLag(
            () -> leads,
            () -> applied,
            () -> List.of(2L),
            (member, index, wait) -> reachable
                    ? CompletableFuture.completedFuture(theirs)
                    : CompletableFuture.failedFuture(new IllegalStateException("cut off")));

    private void pass(Duration time) {
        for (long end = nowNanos + time.toNanos(); nowNanos < end; nowNanos += 20 * MILLI) {
            lag.onTick(nowNanos);
        }
    }

    @Test
    void lag_memberThatHasAll_isNone() {
        pass(Duration.ofSeconds(3));
        assertThat(lag.entries()).containsEntry(2L, 0L);
        assertThat(lag.nanos(2, nowNanos)).isZero();
    }

    @Test
    void lag_memberCutOff_growsWithTheEntriesAndTheTime() {
        pass(Duration.ofSeconds(2));
        reachable = false;
        for (int i = 0; i < 10; i++) {
            applied++;
            pass(Duration.ofSeconds(1));
        }
        assertThat(lag.entries()).containsEntry(2L, 10L);
        assertThat(Duration.ofNanos(lag.nanos(2, nowNanos)))
                .isBetween(Duration.ofMillis(9_500), Duration.ofSeconds(10));
    }

    @Test
    void lag_memberCatchesUp_isNoneAgain() {
        reachable = false;
        applied = 1_000;
        pass(Duration.ofSeconds(5));
        assertThat(lag.entries()).as("never heard of").containsEntry(2L, 1_000L);
        reachable = true;
        theirs = 1_000;
        pass(Duration.ofSeconds(2));
        assertThat(lag.entries()).containsEntry(2L, 0L);
        assertThat(lag.nanos(2, nowNanos)).isZero();
    }

    @Test
    void lag_onAnotherMemberThanTheLeader_isNotToldOf() {
        pass(Duration.ofSeconds(2));
        leads = false;
        pass(Duration.ofSeconds(1));
        assertThat(lag.entries()).isEmpty();
    }
}
