package io.lockstep.node.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.api.LeaseRevokeResponse;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.lease.Lease;
import io.lockstep.node.propose.Replication.Leadership;
import io.lockstep.proto.log.ExpireLease;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExpiryTest {
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private long nowNanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(3); // runs over within most tests
    private Leadership leadership = new Leadership(1, 5, true);
    private CompletableFuture<Void> confirmation = CompletableFuture.completedFuture(null);
    private int confirmations;
    private boolean answering = true;
    private final List<ExpireLease> proposed = new ArrayList<>();
    private final List<CompletableFuture<CommandResult>> open = new ArrayList<>();
    private final LeaseClock clock = new LeaseClock(() -> nowNanos);
    private final Expiry expiry = new Expiry(
            clock,
            () -> leadership,
            deadline -> {
                confirmations++;
                return confirmation;
            },
            (command, deadline) -> {
                proposed.add(command.getExpireLease());
                CompletableFuture<CommandResult> result = new CompletableFuture<>();
                open.add(result);
                if (answering) {
                    clock.ended(command.getExpireLease().getLease());
                    result.complete(ended());
                }
                return result;
            });

    private static CommandResult ended() {
        return new CommandResult(1, 2, 5, LeaseRevokeResponse.getDefaultInstance(), null);
    }

    private static Lease lease(long id, long ttlSeconds, long renewals) {
        return new Lease(id, ttlSeconds, id, renewals);
    }

    private void pass(long millis) {
        for (long end = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis); nowNanos - end < 0; ) {
            nowNanos += TICK_NANOS;
            expiry.onTick(nowNanos);
        }
    }

    private List<Long> endedLeases() {
        return proposed.stream().map(ExpireLease::getLease).toList();
    }

    @Test
    void lease_isEndedAfterItsTtlAndNotBefore() {
        clock.begins(lease(1, 5, 0));
        clock.begins(lease(2, 3, 0));
        pass(2_980);
        assertThat(proposed).isEmpty();
        pass(40);
        assertThat(endedLeases()).containsExactly(2L);
        pass(1_940);
        assertThat(endedLeases()).containsExactly(2L);
        pass(60);
        assertThat(endedLeases()).containsExactly(2L, 1L);
        assertThat(proposed.get(1).getTerm()).isEqualTo(5);
        assertThat(proposed.get(1).getGrant()).isEqualTo(1);
        assertThat(clock.leases()).isZero();
        assertThat(expiry.expiredTotal()).isEqualTo(2);
    }

    @Test
    void renewal_beginsTheTtlAnew() {
        clock.begins(lease(1, 5, 0));
        pass(4_900);
        clock.begins(lease(1, 5, 1));
        pass(4_900);
        assertThat(proposed).isEmpty();
        assertThat(clock.remainingNanos(1)).hasValue(TimeUnit.MILLISECONDS.toNanos(100));
        pass(200);
        assertThat(proposed).hasSize(1);
        assertThat(proposed.get(0).getRenewals()).isEqualTo(1);
    }

    @Test
    void follower_endsNothing() {
        leadership = new Leadership(2, 5, false);
        clock.begins(lease(1, 2, 0));
        pass(10_000);
        assertThat(proposed).isEmpty();
        assertThat(confirmations).isZero();
        assertThat(clock.remainingNanos(1)).hasValue(0);
    }

    /** What is left survives: the new leader counts from the renewal, too, but lets clients come before it ends anything. */
    @Test
    void newLeader_goesOnWithWhatIsLeft() {
        leadership = new Leadership(2, 5, false);
        clock.begins(lease(1, 60, 0));
        clock.begins(lease(2, 10, 0));
        pass(40_000);
        leadership = new Leadership(1, 6, true);
        assertThat(clock.remainingNanos(1)).hasValue(TimeUnit.SECONDS.toNanos(20));
        pass(980);
        assertThat(proposed).isEmpty();
        pass(100);
        assertThat(endedLeases()).containsExactly(2L);
        pass(18_800);
        assertThat(proposed).hasSize(1);
        pass(200);
        assertThat(endedLeases()).containsExactly(2L, 1L);
        assertThat(proposed.get(1).getTerm()).isEqualTo(6);
    }

    /** etcd #15247, #17465: who was stuck and is no leader any more finds all leases over as it wakes up. */
    @Test
    void leaderThatWasStuck_endsNothingUnlessAMajorityConfirmsIt() {
        for (int id = 1; id <= 50; id++) {
            clock.begins(lease(id, 5, 0));
        }
        pass(2_000);
        nowNanos += TimeUnit.SECONDS.toNanos(60);
        confirmation = new CompletableFuture<>();
        pass(500);
        assertThat(confirmations).isEqualTo(1);
        assertThat(proposed).isEmpty();
        leadership = new Leadership(2, 6, false);
        confirmation.complete(null);
        pass(500);
        assertThat(proposed).isEmpty();
    }

    @Test
    void confirmationThatFails_endsNothingAndIsAskedForAgain() {
        clock.begins(lease(1, 2, 0));
        confirmation = CompletableFuture.failedFuture(new KvException.Failed(KvError.NO_LEADER));
        pass(5_000);
        assertThat(confirmations).isBetween(2, 5);
        assertThat(proposed).isEmpty();
        confirmation = CompletableFuture.completedFuture(null);
        pass(1_100);
        assertThat(endedLeases()).containsExactly(1L);
    }

    /** While the confirmation was out this node has applied a renewal that was committed before. */
    @Test
    void leaseRenewedWhileTheLeaderIsConfirmed_lives() {
        clock.begins(lease(1, 5, 0));
        pass(2_000);
        confirmation = new CompletableFuture<>();
        pass(3_100);
        assertThat(confirmations).isEqualTo(1);
        clock.begins(lease(1, 5, 1));
        confirmation.complete(null);
        pass(1_000);
        assertThat(proposed).isEmpty();
    }

    @Test
    void massExpiry_isSpreadOverTime() {
        for (int id = 1; id <= 5_000; id++) {
            clock.begins(lease(id, 2, 0));
        }
        pass(1_980);
        assertThat(proposed).isEmpty();
        pass(1_020);
        assertThat(proposed).hasSizeBetween(900, 1_150);
        pass(5_000);
        assertThat(proposed).hasSize(5_000);
        assertThat(clock.leases()).isZero();
    }

    @Test
    void endsThatAreNotAnswered_areFewAtATimeAndTriedAgain() {
        for (int id = 1; id <= 500; id++) {
            clock.begins(lease(id, 2, 0));
        }
        answering = false;
        pass(4_000);
        assertThat(proposed).hasSize(100);
        answering = true;
        open.forEach(result -> result.completeExceptionally(new KvException.Unknown(KvError.TIMEOUT)));
        pass(4_000);
        assertThat(clock.leases()).isZero();
        assertThat(proposed).hasSize(600);
    }

    @Test
    void stateThatIsReplaced_keepsTheTimeOfRenewalsThatWereSeen() {
        clock.loaded(List.of(lease(1, 10, 3), lease(2, 10, 0), lease(3, 10, 0)));
        pass(4_000);
        clock.loaded(List.of(lease(1, 10, 3), lease(2, 10, 1), lease(4, 10, 0)));
        assertThat(clock.remainingNanos(1)).hasValue(TimeUnit.SECONDS.toNanos(6));
        assertThat(clock.remainingNanos(2)).hasValue(TimeUnit.SECONDS.toNanos(10));
        assertThat(clock.remainingNanos(3)).isEmpty();
        assertThat(clock.remainingNanos(4)).hasValue(TimeUnit.SECONDS.toNanos(10));
        pass(6_100);
        assertThat(endedLeases()).containsExactly(1L);
    }

    @Test
    void longestTtl_isCounted() {
        clock.begins(lease(1, 9_000_000_000L, 0));
        pass(10_000);
        assertThat(proposed).isEmpty();
        assertThat(clock.remainingNanos(1)).hasValue(TimeUnit.SECONDS.toNanos(9_000_000_000L - 10));
    }
}
