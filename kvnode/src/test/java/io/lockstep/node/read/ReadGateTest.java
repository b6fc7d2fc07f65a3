package io.lockstep.node.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReadGateTest {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final List<ReadIndexSource.Listener> rounds = new ArrayList<>();
    private boolean leaderKnown = true;
    private final StalenessBound bound = new StalenessBound(0.01);
    private final ReadGate gate = new ReadGate(
            new ReadIndexSource() {
                @Override
                public boolean hasLeader() {
                    return leaderKnown;
                }

                @Override
                public void readIndex(Listener listener) {
                    rounds.add(listener);
                }
            },
            Runnable::run,
            PATIENCE,
            3,
            bound);

    private final long start = System.nanoTime();

    private CompletableFuture<Void> await() {
        return gate.await(start + TimeUnit.SECONDS.toNanos(7));
    }

    private static KvError error(CompletableFuture<Void> call) {
        assertThat(call).isCompletedExceptionally();
        try {
            call.join();
        } catch (CompletionException e) {
            return ((KvException) e.getCause()).error();
        }
        throw new AssertionError();
    }

    private long in(Duration time) {
        return start + time.toNanos();
    }

    @Test
    void tick_waitersThatNobodyWaitsFor_makeRoomForOthers() {
        for (int i = 0; i < 3; i++) {
            await().cancel(false);
        }
        assertThat(error(await())).isEqualTo(KvError.TOO_MANY_REQUESTS);
        gate.onTick(in(Duration.ofMillis(20)));
        assertThat(await()).isNotDone();
    }

    @Test
    void await_whileARoundIsOut_joinsTheNext() {
        CompletableFuture<Void> first = await();
        CompletableFuture<Void> second = await();
        CompletableFuture<Void> third = await();
        assertThat(rounds).hasSize(1);
        rounds.get(0).ready();
        assertThat(first).isCompleted();
        assertThat(second).as("its round may have begun before it did").isNotDone();
        assertThat(rounds).hasSize(2);
        rounds.get(1).ready();
        assertThat(second).isCompleted();
        assertThat(third).isCompleted();
    }

    @Test
    void leadershipChanged_answerOfTheOldRound_opensNothing() {
        CompletableFuture<Void> read = await();
        gate.onLeadershipChanged();
        assertThat(rounds).hasSize(2);
        rounds.get(0).ready();
        assertThat(read).isNotDone();
        rounds.get(1).ready();
        assertThat(read).isCompleted();
    }

    @Test
    void round_failed_isTriedAgainWithANewOne() {
        CompletableFuture<Void> read = await();
        rounds.get(0).failed(new KvException.Failed(KvError.NO_LEADER));
        assertThat(read).isNotDone();
        gate.onTick(in(Duration.ofMillis(500)));
        assertThat(rounds).hasSize(2);
        rounds.get(1).ready();
        assertThat(read).isCompleted();
    }

    @Test
    void round_neverAnswered_isAbandonedForANewOne() {
        CompletableFuture<Void> read = await();
        gate.onTick(in(PATIENCE.multipliedBy(2)));
        assertThat(rounds).hasSize(2);
        rounds.get(0).ready();
        assertThat(read).isNotDone();
        rounds.get(1).ready();
        assertThat(read).isCompleted();
    }

    @Test
    void tick_noLeaderForLongerThanPatience_refusesWithNoLeader() {
        gate.onTick(start);
        leaderKnown = false;
        gate.onTick(start);
        CompletableFuture<Void> read = await();
        gate.onTick(in(Duration.ofMillis(900)));
        assertThat(read).isNotDone();
        gate.onTick(in(Duration.ofMillis(1100)));
        assertThat(error(read)).isEqualTo(KvError.NO_LEADER);
    }

    @Test
    void tick_deadlinePassed_refusesWithTimeout() {
        CompletableFuture<Void> read = await();
        gate.onTick(in(Duration.ofSeconds(8)));
        assertThat(error(read)).isEqualTo(KvError.TIMEOUT);
    }

    @Test
    void await_moreThanMayWait_isRefused() {
        await();
        await();
        await();
        assertThat(error(await())).isEqualTo(KvError.TOO_MANY_REQUESTS);
        rounds.get(0).ready();
        assertThat(await()).isNotDone();
    }

    @Test
    void close_waiters_areEnded() {
        CompletableFuture<Void> read = await();
        gate.close();
        assertThat(error(read)).isEqualTo(KvError.STOPPED);
        assertThat(error(await())).isEqualTo(KvError.STOPPED);
    }
}
