package io.lockstep.node.propose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.lockstep.api.PutRequest;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.proto.forward.ForwardRequest;
import io.lockstep.proto.forward.ForwardResponse;
import io.lockstep.proto.log.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProposerTest {
    private static final ProposerLimits LIMITS = limits(100, Duration.ofSeconds(30), 1 << 10);

    private static ProposerLimits limits(int maxPendingCalls, Duration maxQueueWait, int maxBatchBytes) {
        return new ProposerLimits(
                maxPendingCalls, 1 << 20, 100, 1 << 10, maxQueueWait, maxBatchBytes, 4, Duration.ofMillis(50));
    }

    private final FakeLog log = new FakeLog(1);
    private final Proposer proposer = open(log, LIMITS);

    private static Proposer open(FakeLog log, ProposerLimits limits) {
        Proposer proposer = new Proposer(1, 7, limits, log, Runnable::run);
        log.serve(proposer);
        proposer.start();
        return proposer;
    }

    @AfterEach
    void close() {
        proposer.close();
    }

    private static Command.Builder put() {
        return Command.newBuilder().setPut(PutRequest.getDefaultInstance());
    }

    private CompletableFuture<CommandResult> propose() {
        return proposer.propose(put(), System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
    }

    private static KvException failure(CompletableFuture<CommandResult> call) {
        try {
            call.get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            return (KvException) e.getCause();
        }
        throw new AssertionError("the call succeeded");
    }

    @Test
    void propose_committed_answersWithItsOwnResult() throws Exception {
        List<CompletableFuture<CommandResult>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            calls.add(propose());
        }
        for (int i = 0; i < 50; i++) {
            assertThat(calls.get(i).get(10, TimeUnit.SECONDS).counter()).isEqualTo(i + 1);
        }
        assertThat(proposer.pendingCalls()).isZero();
    }

    @Test
    void propose_refusedByTheLog_isSentAgain() throws Exception {
        log.refuse(3);
        assertThat(propose().get(10, TimeUnit.SECONDS).counter()).isEqualTo(1);
        assertThat(log.applied()).containsExactly(1L);
    }

    @Test
    void propose_leaderLostBeforeCommit_isSentAgainInTheNextTermOnce() throws Exception {
        log.hold();
        CompletableFuture<CommandResult> call = propose();
        await().until(() -> log.held() == 1);
        log.loseLeader();
        log.electAgain(0);
        await().until(() -> log.held() == 1);
        log.commitAll();
        assertThat(call.get(10, TimeUnit.SECONDS).term()).isEqualTo(2);
        assertThat(log.applied()).containsExactly(1L);
    }

    @Test
    void propose_leaderLostAfterTheEntrySurvived_isNotSentAgain() throws Exception {
        log.hold();
        CompletableFuture<CommandResult> call = propose();
        await().until(() -> log.held() == 1);
        log.loseLeader();
        assertThat(call).isNotDone();
        log.electAgain(1);
        assertThat(call.get(10, TimeUnit.SECONDS).term()).isEqualTo(1);
        assertThat(log.held()).isZero();
        assertThat(log.applied()).containsExactly(1L);
    }

    @Test
    void propose_committedByAnotherLeader_asksForTheCommitIndexAtOnce() {
        CompletableFuture<ByteString> answer = new CompletableFuture<>();
        log.follow(answer);
        CompletableFuture<CommandResult> call = propose();
        assertThat(log.learned).hasValue(0);
        answer.complete(ForwardResponse.newBuilder()
                .setOutcome(ForwardResponse.Outcome.COMMITTED)
                .build()
                .toByteString());
        await().until(() -> log.learned.get() >= 1);
        assertThat(call).as("it is answered once it is applied here").isNotDone();
    }

    private CompletableFuture<Void> proposeAccepted() {
        return proposer.proposeAccepted(put(), System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
    }

    @Test
    void proposeAccepted_handedToTheLog_answersBeforeItIsCommitted() throws Exception {
        log.hold();
        proposeAccepted().get(10, TimeUnit.SECONDS);
        assertThat(log.applied()).isEmpty();
        log.commitAll();
        await().until(() -> proposer.pendingCalls() == 0);
        assertThat(proposer.acceptedLostTotal()).isZero();
    }

    @Test
    void proposeAccepted_lostWithItsLeader_isCountedAndNotSentAgain() throws Exception {
        log.hold();
        proposeAccepted().get(10, TimeUnit.SECONDS);
        log.loseLeader();
        log.electAgain(0);
        await().until(() -> proposer.acceptedLostTotal() == 1);
        assertThat(propose()).as("sent after it, and the only one that comes").isNotNull();
        await().until(() -> log.held() == 1);
        log.commitAll();
        await().until(() -> log.applied().equals(List.of(2L)));
    }

    @Test
    void proposeAccepted_lostAfterItsDeadline_isCountedAsLostAndNotAsUnknown() throws Exception {
        log.hold();
        proposeAccepted().get(10, TimeUnit.SECONDS);
        proposer.onTick(System.nanoTime() + TimeUnit.SECONDS.toNanos(60));
        assertThat(proposer.acceptedUnknownTotal()).isZero();
        log.loseLeader();
        log.electAgain(0);
        await().until(() -> proposer.acceptedLostTotal() == 1);
    }

    @Test
    void proposeAccepted_neverDecided_isUnknownInTheEnd() throws Exception {
        log.hold();
        proposeAccepted().get(10, TimeUnit.SECONDS);
        proposer.onTick(System.nanoTime() + TimeUnit.MINUTES.toNanos(6));
        await().until(() -> proposer.acceptedUnknownTotal() == 1);
        proposer.onTick(System.nanoTime() + TimeUnit.MINUTES.toNanos(6));
        assertThat(proposer.pendingCalls()).isZero();
    }

    @Test
    void proposeAccepted_refusedByTheLog_isSentAgainBeforeItIsAnswered() throws Exception {
        log.refuse(3);
        proposeAccepted().get(10, TimeUnit.SECONDS);
        await().until(() -> log.applied().equals(List.of(1L)));
        assertThat(proposer.acceptedLostTotal()).isZero();
    }

    @Test
    void proposeAccepted_noLeader_fails() {
        log.loseLeader();
        proposer.onLeadershipChanged();
        CompletableFuture<Void> call = proposeAccepted();
        proposer.onTick(System.nanoTime() + 10_000_000_000L);
        assertThatThrownBy(call::join).hasMessageContaining(KvError.NO_LEADER.text());
        assertThat(proposer.acceptedLostTotal())
                .as("nobody was told that it is taken")
                .isZero();
    }

    @Test
    void onForwarded_answerWhenTaken_answersBeforeItIsCommitted() throws Exception {
        log.hold();
        ForwardRequest request = forwarded(1).setAnswerWhenTaken(true).build();
        ForwardResponse answer = ForwardResponse.parseFrom(
                proposer.onForwarded(request.toByteString()).get(10, TimeUnit.SECONDS));
        assertThat(answer.getOutcome()).isEqualTo(ForwardResponse.Outcome.TAKEN);
    }

    @Test
    void tick_deadlinePassedWhileSent_isUnknown() {
        log.hold();
        CompletableFuture<CommandResult> call = proposer.propose(put(), System.nanoTime() + 1_000_000_000);
        await().until(() -> log.held() == 1);
        proposer.onTick(System.nanoTime() + 2_000_000_000);
        assertThat(failure(call)).isInstanceOf(KvException.Unknown.class);
        assertThat(failure(call).error()).isEqualTo(KvError.TIMEOUT);
    }

    @Test
    void tick_noLeaderForLongerThanPatience_fails() {
        log.loseLeader();
        proposer.onLeadershipChanged();
        CompletableFuture<CommandResult> call = propose();
        proposer.onTick(System.nanoTime() + 10_000_000_000L);
        assertThat(failure(call)).isInstanceOf(KvException.Failed.class);
        assertThat(failure(call).error()).isEqualTo(KvError.NO_LEADER);
        log.electAgain(0);
        assertThat(log.applied()).isEmpty();
    }

    @Test
    void propose_beyondItsBounds_isRefused() {
        log.hold();
        for (int i = 0; i < LIMITS.maxPendingCalls(); i++) {
            propose();
        }
        assertThat(failure(propose()).error()).isEqualTo(KvError.TOO_MANY_REQUESTS);
        assertThat(proposer.refusedTotal()).isEqualTo(1);
    }

    @Test
    void propose_whileEntriesAreOut_packsTheRestTogether() {
        log.hold();
        for (int i = 0; i < 90; i++) {
            propose();
        }
        // 4 entries are out; the rest waits and goes out in few batches of at most 1 KiB.
        log.commitAll();
        await().until(() -> log.applied().size() == 90);
        assertThat(log.applied()).doesNotHaveDuplicates();
    }

    @Test
    void onForwarded_ofAnotherTerm_isRefusedAsNotAppended() throws Exception {
        ForwardRequest old = ForwardRequest.newBuilder().setTerm(9).build();
        ForwardResponse answer = ForwardResponse.parseFrom(
                proposer.onForwarded(old.toByteString()).get(10, TimeUnit.SECONDS));
        assertThat(answer.getOutcome()).isEqualTo(ForwardResponse.Outcome.FAILED);
    }

    private static ForwardRequest.Builder forwarded(long term) {
        return ForwardRequest.newBuilder().setTerm(term).setPatienceMillis(30_000);
    }

    private static ForwardResponse answer(CompletableFuture<ByteString> answer) throws Exception {
        return ForwardResponse.parseFrom(answer.get(10, TimeUnit.SECONDS));
    }

    /** The log holds the first entry and the window is one entry: what follows has to queue. */
    private static Proposer queueing(FakeLog log, Duration maxQueueWait) {
        return open(
                log, new ProposerLimits(100, 1 << 20, 100, 1 << 10, maxQueueWait, 1 << 10, 1, Duration.ofMillis(50)));
    }

    @Test
    void propose_queuedForTooLong_isRefusedAndNotSent() {
        FakeLog jammed = new FakeLog(1);
        jammed.hold();
        try (Proposer writer = queueing(jammed, Duration.ofMillis(20))) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            CompletableFuture<CommandResult> first = writer.propose(put(), deadline);
            await().until(() -> jammed.held() == 1);
            CompletableFuture<CommandResult> second = writer.propose(put(), deadline);
            await().pollDelay(Duration.ofMillis(40)).until(() -> true); // longer than it may wait, by the real clock
            jammed.commitAll();
            assertThat(failure(second)).isInstanceOf(KvException.Failed.class);
            assertThat(failure(second).error()).isEqualTo(KvError.TOO_MANY_REQUESTS);
            assertThat(first).isCompleted();
            assertThat(jammed.applied()).containsExactly(1L);
        }
    }

    @Test
    void propose_queuedForTooLongWhileTheLogStandsStill_isRefusedMeanwhile() {
        FakeLog jammed = new FakeLog(1);
        jammed.hold();
        try (Proposer writer = queueing(jammed, Duration.ofMillis(20))) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            CompletableFuture<CommandResult> first = writer.propose(put(), deadline);
            await().until(() -> jammed.held() == 1);
            CompletableFuture<CommandResult> second = writer.propose(put(), deadline);
            assertThat(failure(second).error()).isEqualTo(KvError.TOO_MANY_REQUESTS);
            assertThat(first).isNotDone();
        }
    }

    @Test
    void propose_leaderThatDoesNotAnswer_isSentNoMoreThanAWindow() {
        FakeLog following = new FakeLog(1);
        following.follow(new CompletableFuture<>());
        try (Proposer writer = queueing(following, Duration.ofMillis(20))) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            CompletableFuture<CommandResult> first = writer.propose(put(), deadline);
            await().until(() -> following.forwarded.get() == 1);
            CompletableFuture<CommandResult> second = writer.propose(put(), deadline);
            assertThat(failure(second).error()).isEqualTo(KvError.TOO_MANY_REQUESTS);
            assertThat(first).isNotDone();
            assertThat(following.forwarded).hasValue(1);
        }
    }

    @Test
    void propose_queuedWhileNobodyLed_isSentHoweverLongThatTook() throws Exception {
        FakeLog leaderless = new FakeLog(1);
        leaderless.loseLeader();
        ProposerLimits patient =
                new ProposerLimits(100, 1 << 20, 100, 1 << 10, Duration.ofMillis(20), 1 << 10, 4, Duration.ofDays(1));
        try (Proposer writer = open(leaderless, patient)) {
            CompletableFuture<CommandResult> call =
                    writer.propose(put(), System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
            await().pollDelay(Duration.ofMillis(60)).until(() -> true);
            leaderless.electAgain(0);
            assertThat(call.get(10, TimeUnit.SECONDS).counter()).isEqualTo(1);
        }
    }

    @Test
    void propose_deadlinePassedInTheQueue_failsAndIsNotSent() {
        FakeLog jammed = new FakeLog(1);
        jammed.hold();
        try (Proposer writer = queueing(jammed, Duration.ofSeconds(30))) {
            writer.propose(put(), System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
            await().until(() -> jammed.held() == 1);
            CompletableFuture<CommandResult> late = writer.propose(put(), System.nanoTime() - 1);
            jammed.commitAll();
            assertThat(failure(late)).isInstanceOf(KvException.Failed.class);
            assertThat(failure(late).error()).isEqualTo(KvError.TIMEOUT);
            assertThat(jammed.applied()).containsExactly(1L);
        }
    }

    @Test
    void propose_cancelledInTheQueue_isNotSent() throws Exception {
        FakeLog jammed = new FakeLog(1);
        jammed.hold();
        try (Proposer writer = queueing(jammed, Duration.ofSeconds(30))) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            writer.propose(put(), deadline);
            await().until(() -> jammed.held() == 1);
            writer.propose(put(), deadline).cancel(false);
            CompletableFuture<CommandResult> third = writer.propose(put(), deadline);
            jammed.commitAll();
            third.get(10, TimeUnit.SECONDS);
            assertThat(jammed.applied()).containsExactly(1L, 3L);
        }
    }

    @Test
    void propose_callersThatLeft_keepTheirPlacesUntilTheirCommandsAreDone() {
        log.hold();
        List<CompletableFuture<CommandResult>> calls = new ArrayList<>();
        for (int i = 0; i < LIMITS.maxPendingCalls(); i++) {
            calls.add(propose());
        }
        await().until(() -> log.held() > 0);
        int sent = log.held();
        calls.forEach(call -> call.cancel(false));
        proposer.onTick(System.nanoTime());
        assertThat(proposer.pendingCalls())
                .as("those that were not sent are gone")
                .isEqualTo(sent);
        log.commitAll();
        assertThat(proposer.pendingCalls()).isZero();
    }

    @Test
    void propose_callersThatLeftAndTermThatEnded_giveUpTheirPlaces() {
        log.hold();
        CompletableFuture<CommandResult> call = propose();
        await().until(() -> log.held() == 1);
        call.cancel(false);
        assertThat(proposer.pendingCalls()).isEqualTo(1);
        log.loseLeader();
        log.electAgain(0);
        await().until(() -> proposer.pendingCalls() == 0);
        assertThat(log.applied()).isEmpty();
    }

    @Test
    void tick_callerLeftLongAgo_givesUpItsPlace() {
        log.hold();
        CompletableFuture<CommandResult> call = propose();
        await().until(() -> log.held() == 1);
        call.cancel(false);
        proposer.onTick(System.nanoTime() + TimeUnit.MINUTES.toNanos(2));
        assertThat(proposer.pendingCalls()).isZero();
    }

    @Test
    void onForwarded_queuedForTooLongOrUnwanted_isRefusedAndNotTaken() throws Exception {
        FakeLog jammed = new FakeLog(1);
        jammed.hold();
        try (Proposer leader = queueing(jammed, Duration.ofSeconds(30))) {
            leader.propose(put(), System.nanoTime() + TimeUnit.SECONDS.toNanos(30));
            await().until(() -> jammed.held() == 1);
            CompletableFuture<ByteString> unwanted =
                    leader.onForwarded(forwarded(1).setPatienceMillis(1).build().toByteString());
            await().pollDelay(Duration.ofMillis(10)).until(() -> true);
            jammed.commitAll();
            assertThat(answer(unwanted).getOutcome()).isEqualTo(ForwardResponse.Outcome.FAILED);
            assertThat(answer(unwanted).getError()).isEqualTo(KvError.TIMEOUT.name());
        }
    }

    @Test
    void onForwarded_beyondItsBytes_isRefused() throws Exception {
        log.hold();
        ForwardRequest large =
                forwarded(1).setCommands(ByteString.copyFrom(new byte[2 << 10])).build();
        assertThat(answer(proposer.onForwarded(large.toByteString())).getError())
                .isEqualTo(KvError.TOO_MANY_REQUESTS.name());
    }

    @Test
    void onStateReplaced_commandsThatWereSent_areUnknown() {
        log.hold();
        CompletableFuture<CommandResult> call = propose();
        await().until(() -> log.held() == 1);
        proposer.onStateReplaced();
        assertThat(failure(call)).isInstanceOf(KvException.Unknown.class);
        log.loseLeader();
        log.electAgain(0);
        assertThat(log.held()).as("what a snapshot may hold is not sent again").isZero();
    }

    @Test
    void close_openCalls_areEnded() {
        log.hold();
        CompletableFuture<CommandResult> call = propose();
        await().until(() -> log.held() == 1);
        proposer.close();
        assertThat(failure(call)).isInstanceOf(KvException.Unknown.class);
        assertThatThrownBy(() -> propose().join())
                .isInstanceOf(CompletionException.class)
                .hasRootCauseInstanceOf(KvException.class);
    }

    /** I16: over many lost leaders, what was answered happened once, and what was called failed did not happen. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void propose_overManyLostLeaders_neverLiesAboutAnOutcome(long seed) {
        FakeLog stormy = new FakeLog(seed);
        Random random = new Random(seed);
        Proposer writer = open(
                stormy,
                new ProposerLimits(
                        10_000, 1 << 20, 100, 1 << 20, Duration.ofSeconds(30), 256, 4, Duration.ofMillis(2)));
        List<CompletableFuture<CommandResult>> calls = new ArrayList<>();
        for (int round = 0; round < 200; round++) {
            if (random.nextInt(3) > 0) {
                stormy.hold();
            }
            for (int i = random.nextInt(8); i >= 0; i--) {
                calls.add(writer.propose(put(), System.nanoTime() + random.nextInt(20_000_000)));
            }
            switch (random.nextInt(4)) {
                case 0 -> stormy.commitAll();
                case 1 -> {
                    stormy.loseLeader();
                    writer.onTick(System.nanoTime());
                    stormy.electAgain();
                }
                case 2 -> stormy.refuse(random.nextInt(3));
                default -> writer.onTick(System.nanoTime());
            }
        }
        stormy.loseLeader();
        stormy.electAgain();
        stormy.commitAll();
        await().until(() -> {
            writer.onTick(System.nanoTime());
            return calls.stream().allMatch(CompletableFuture::isDone);
        });
        writer.close();

        List<Long> applied = stormy.applied();
        assertThat(applied).doesNotHaveDuplicates();
        for (int i = 0; i < calls.size(); i++) {
            CompletableFuture<CommandResult> call = calls.get(i);
            if (!call.isCompletedExceptionally()) {
                assertThat(applied).contains(i + 1L);
            } else if (failure(call) instanceof KvException.Failed) {
                assertThat(applied).as("failed means it did not happen").doesNotContain(i + 1L);
            }
        }
    }
}
