package io.lockstep.node.propose;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AppliedElsewhereTest {
    private static final Duration ELECTION = Duration.ofSeconds(1);

    private record Asked(long member, long index, CompletableFuture<Long> answer) {}

    private final List<Asked> asked = new ArrayList<>();
    private final AppliedElsewhere elsewhere = new AppliedElsewhere(this::ask, ELECTION);
    private final long start = System.nanoTime();
    private final long deadline = in(Duration.ofSeconds(7));

    private CompletableFuture<Long> ask(long member, long index, Duration wait) {
        Asked question = new Asked(member, index, new CompletableFuture<>());
        asked.add(question);
        return question.answer;
    }

    private long in(Duration time) {
        return start + time.toNanos();
    }

    private void answer(int question, long index) {
        asked.get(question).answer.complete(index);
    }

    @Test
    void await_allReport_namesNobody() {
        CompletableFuture<List<Long>> write = elsewhere.await(10, List.of(2L, 3L), deadline);
        answer(0, 10);
        assertThat(write).isNotDone();
        answer(1, 12);
        assertThat(write).isCompletedWithValue(List.of());
        assertThat(elsewhere.await(12, List.of(3L), deadline))
                .as("known already")
                .isCompletedWithValue(List.of());
    }

    @Test
    void await_severalWrites_askEachMemberOnceAtATime() {
        CompletableFuture<List<Long>> first = elsewhere.await(10, List.of(2L), deadline);
        CompletableFuture<List<Long>> second = elsewhere.await(11, List.of(2L), deadline);
        CompletableFuture<List<Long>> third = elsewhere.await(20, List.of(2L), deadline);
        assertThat(asked).hasSize(1);
        answer(0, 15);
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(third).isNotDone();
        assertThat(asked).hasSize(2);
        assertThat(asked.get(1).index()).isEqualTo(20);
    }

    @Test
    void tick_memberLagsUntilTheDeadline_isNamed() {
        CompletableFuture<List<Long>> write = elsewhere.await(10, List.of(2L), in(Duration.ofMillis(1_800)));
        answer(0, 9);
        elsewhere.onTick(in(Duration.ofMillis(1_700)));
        assertThat(write).as("it was heard of").isNotDone();
        answer(1, 9);
        elsewhere.onTick(in(Duration.ofMillis(1_900)));
        assertThat(write).isCompletedWithValue(List.of(2L));
    }

    @Test
    void tick_memberSilentForTwoElectionTimeouts_isNamedAndTheOthersAwaited() {
        CompletableFuture<List<Long>> write = elsewhere.await(10, List.of(2L, 3L), deadline);
        asked.get(0).answer.completeExceptionally(new KvException.Failed(KvError.NO_LEADER));
        elsewhere.onTick(in(Duration.ofMillis(1_900)));
        assertThat(write).isNotDone();
        answer(1, 10);
        elsewhere.onTick(in(Duration.ofMillis(2_100)));
        assertThat(write).isCompletedWithValue(List.of(2L));
    }

    @Test
    void await_memberIsBackAfterSilence_isAwaitedAgain() {
        elsewhere.await(10, List.of(2L), deadline);
        asked.get(0).answer.completeExceptionally(new KvException.Failed(KvError.NO_LEADER));
        elsewhere.onTick(in(Duration.ofMillis(2_100)));
        CompletableFuture<List<Long>> next = elsewhere.await(11, List.of(2L), deadline);
        answer(1, 11);
        assertThat(next).isCompletedWithValue(List.of());
    }

    @Test
    void close_openWrites_areAnsweredWithWhoIsMissing() {
        CompletableFuture<List<Long>> write = elsewhere.await(10, List.of(2L), deadline);
        elsewhere.close();
        assertThat(write).isCompletedWithValue(List.of(2L));
    }

    @Test
    void gate_indexComesOrTimeIsUp_answersWithWhatIsApplied() {
        AppliedGate gate = new AppliedGate(Runnable::run);
        gate.onApplied(5);
        assertThat(gate.await(5, deadline)).isCompletedWithValue(5L);
        CompletableFuture<Long> seven = gate.await(7, deadline);
        CompletableFuture<Long> nine = gate.await(9, deadline);
        gate.onApplied(8);
        assertThat(seven).isCompletedWithValue(8L);
        gate.onTick(deadline + 1);
        assertThat(nine).isCompletedWithValue(8L);
    }
}
