package io.lockstep.node.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SpaceGuardTest {
    private final AtomicLong stateBytes = new AtomicLong();
    private final AtomicLong freeBytes = new AtomicLong(1_000_000);
    private final AtomicBoolean raised = new AtomicBoolean();
    private final List<CompletableFuture<Void>> proposals = new ArrayList<>();

    private SpaceGuard guard(long quotaBytes, long minFreeBytes) {
        SpaceGuard guard = new SpaceGuard(
                new SpaceGuard.Limits(quotaBytes, minFreeBytes),
                new SpaceGuard.Gauges(stateBytes::get, freeBytes::get),
                raised::get,
                deadline -> {
                    CompletableFuture<Void> proposal = new CompletableFuture<>();
                    proposals.add(proposal);
                    return proposal;
                },
                Runnable::run);
        guard.look();
        return guard;
    }

    @Test
    void hasRoomFor_burstBetweenTwoLooks_countsWhatWasAdmitted() {
        SpaceGuard guard = guard(1_000, 0);

        assertThat(guard.hasRoomFor(600)).isTrue();
        assertThat(guard.hasRoomFor(600)).isFalse();
        assertThat(guard.hasRoomFor(399)).isTrue();
        assertThat(guard.hasRoomFor(1)).isFalse();
    }

    @Test
    void look_stateTookLessThanWasAdmitted_givesTheRoomBack() {
        SpaceGuard guard = guard(1_000, 0);
        assertThat(guard.hasRoomFor(900)).isTrue();
        stateBytes.set(100);

        guard.look();

        assertThat(guard.hasRoomFor(800)).isTrue();
    }

    @Test
    void hasRoomFor_noQuota_isAlwaysTrue() {
        stateBytes.set(Long.MAX_VALUE / 2);

        assertThat(guard(0, 0).hasRoomFor(1 << 20)).isTrue();
    }

    @Test
    void tick_diskNearlyFull_raisesTheAlarmOnceAndRefuses() {
        SpaceGuard guard = guard(0, 1_000);
        assertThat(guard.hasRoomFor(1)).isTrue();
        freeBytes.set(999);

        guard.onTick(System.nanoTime());
        guard.look();

        assertThat(guard.hasRoomFor(1)).isFalse();
        assertThat(proposals).hasSize(1);
        raised.set(true);
        proposals.get(0).complete(null);
        guard.look();
        assertThat(proposals).hasSize(1);
    }

    @Test
    void raiseAlarm_proposalFails_completesAllTheSameAndIsTriedAgain() {
        SpaceGuard guard = guard(1, 0);
        CompletableFuture<Void> refused = guard.raiseAlarm(0);
        assertThat(refused).isNotDone();

        proposals.get(0).completeExceptionally(new IllegalStateException("no leader"));

        assertThat(refused).isCompleted();
        guard.raiseAlarm(0);
        assertThat(proposals).hasSize(2);
    }

    @Test
    void look_diskFreedButAlarmDisarmedEarlier_raisesAgainWhenFullAgain() {
        SpaceGuard guard = guard(0, 1_000);
        freeBytes.set(10);
        guard.look();
        proposals.get(0).complete(null);
        freeBytes.set(5_000);
        guard.look();
        assertThat(guard.hasRoomFor(1)).isTrue();

        freeBytes.set(10);
        guard.look();

        assertThat(proposals).hasSize(2);
    }
}
