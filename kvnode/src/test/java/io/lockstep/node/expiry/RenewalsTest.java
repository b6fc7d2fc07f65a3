package io.lockstep.node.expiry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.proto.log.RenewedLeases;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RenewalsTest {
    private final List<List<Long>> sent = new ArrayList<>();
    private final List<CompletableFuture<CommandResult>> open = new ArrayList<>();
    private long nowNanos = 1;
    private final Renewals renewals = new Renewals(
            (command, deadline) -> {
                sent.add(command.getRenewLeases().getLeasesList());
                CompletableFuture<CommandResult> result = new CompletableFuture<>();
                open.add(result);
                return result;
            },
            () -> nowNanos);

    private void later() {
        nowNanos += TimeUnit.MILLISECONDS.toNanos(60);
        renewals.onTick(nowNanos);
    }

    private static CommandResult renewed(Long... ttls) {
        return new CommandResult(
                1, 2, 5, RenewedLeases.newBuilder().addAllTtls(List.of(ttls)).build(), null);
    }

    @Test
    void first_isSentAtOnceAndWhatFollowsTogether() {
        var first = renewals.renew(1);
        assertThat(sent).containsExactly(List.of(1L));
        var second = renewals.renew(-2);
        var third = renewals.renew(3);
        var again = renewals.renew(-2);
        renewals.onTick(nowNanos);
        later();
        assertThat(sent).containsExactly(List.of(1L), List.of(-2L, 3L));
        open.get(0).complete(renewed(60L));
        assertThat(first.join()).isEqualTo(60);
        assertThat(second).isNotDone();
        open.get(1).complete(renewed(30L, 0L));
        assertThat(second.join()).isEqualTo(30);
        assertThat(again.join()).isEqualTo(30);
        assertThat(third.join()).isZero();
    }

    @Test
    void pack_isSentWhenItIsFull() {
        for (int id = 1; id <= 12_000; id++) {
            var unused = renewals.renew(id);
        }
        assertThat(sent.stream().map(List::size)).containsExactly(1, 5_000, 5_000);
        later();
        assertThat(sent.get(3)).hasSize(1_999);
    }

    @Test
    void packThatFindsNoRoom_isSentAgain() {
        var renewal = renewals.renew(1);
        open.get(0).completeExceptionally(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
        assertThat(renewal).isNotDone();
        later();
        assertThat(sent).containsExactly(List.of(1L), List.of(1L));
        open.get(1).complete(renewed(60L));
        assertThat(renewal.join()).isEqualTo(60);
    }

    @Test
    void leaderThatIsLost_isTold() {
        var renewal = renewals.renew(1);
        open.get(0).completeExceptionally(new KvException.Unknown(KvError.TIMEOUT_LEADER_FAILED));
        assertThatThrownBy(renewal::join).hasCauseInstanceOf(KvException.Unknown.class);
    }
}
