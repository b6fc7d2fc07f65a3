package io.lockstep.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class CertificateTest {
    private static final Action READ = new Action.Read("k", Consistency.LINEARIZABLE);
    private final HistoryFixture store = new HistoryFixture();

    @Test
    void certificate_honestRandomHistories_areValidForBothCheckers() {
        for (long seed = 0; seed < 300; seed++) {
            HistoryFixture honest = HistoryFixture.random(seed, 60);
            assertThat(honest.certificate().problems()).as("seed %d", seed).isEmpty();
            assertThat(registers(honest).problems()).as("seed %d", seed).isEmpty();
        }
    }

    /** A read answered with an older state: the certificate must object if it says the old revision or the new one. */
    @Test
    void certificate_oneStaleAnswerInRandomHistories_isFound() {
        int spoilt = 0;
        for (long seed = 0; seed < 300; seed++) {
            HistoryFixture store = HistoryFixture.random(seed, 60);
            SplittableRandom random = new SplittableRandom(~seed);
            int index = random.nextInt(60);
            Operation read = store.history.get(index);
            if (read.outcome() != Outcome.OK || !(read.action() instanceof Action.Read)) {
                continue;
            }
            long old = read.known().revision() - 1 - random.nextInt(3);
            List<Version> then =
                    store.log().stateAt(read.action().key(), old).stream().toList();
            if (!then.equals(read.known().versions())) {
                store.answer(index, new Answer(read.known().revision(), true, then));
                assertThat(store.certificate().verdict()).as("seed %d", seed).isEqualTo(Verdict.INVALID);
                spoilt++;
            }
        }
        assertThat(spoilt).isGreaterThan(20);
    }

    @Test
    void certificate_readBehindAnAcknowledgedWrite_isStale() {
        Operation before = store.run(new Action.Write("k", "1"));
        store.run(new Action.Write("k", "2"));
        store.run(READ);
        store.answer(2, new Answer(before.known().revision(), true, store.log().scanAt("k", 2)));
        assertProblem("stale: revision 3 was answered before");
    }

    @Test
    void certificate_staleReadOfAPastState_isFine() {
        store.run(new Action.Write("k", "1"));
        store.run(new Action.Write("k", "2"));
        store.run(new Action.Read("k", Consistency.STALE));
        store.answer(2, new Answer(2, true, store.log().scanAt("k", 2)));
        assertThat(store.certificate().verdict()).isEqualTo(Verdict.VALID);
        store.answer(2, new Answer(3, true, store.log().scanAt("k", 2)));
        assertProblem("the answer differs");
    }

    @Test
    void certificate_acknowledgedWriteMissingFromTheLog_isFound() {
        store.run(new Action.Write("k", "1"));
        store.run(new Action.Write("k", "2"));
        store.changes.remove(1);
        store.revision = 2;
        assertProblem("revision 3 never existed");
    }

    @Test
    void certificate_failedWriteInTheLog_isFound() {
        store.run(new Action.Write("k", "1"));
        store.outcome(0, Outcome.FAIL);
        assertProblem("reported as failed");
    }

    @Test
    void certificate_unknownWriteInTheLog_tookEffect() {
        store.run(new Action.Write("k", "1"));
        store.outcome(0, Outcome.UNKNOWN);
        store.run(READ);
        assertThat(store.certificate().verdict()).isEqualTo(Verdict.VALID);
    }

    @Test
    void certificate_unknownWriteBeforeItBegan_isFound() {
        store.run(new Action.Write("a", "1"));
        store.run(new Action.Write("b", "2"));
        store.run(READ);
        store.run(new Action.Write("k", "3"));
        store.outcome(3, Outcome.UNKNOWN);
        store.answer(2, new Answer(4, true, store.log().scanAt("k", 4)));
        assertProblem("a write at revision 4, but 4 was answered before it began");
    }

    @Test
    void certificate_writeAppliedTwice_isFound() {
        store.run(new Action.Write("k", "1"));
        store.changes.add(new EventLog.Change(3, "k", new Version("k", "1", 2, 3, 2)));
        store.revision = 3;
        assertProblem("one write took effect 2 times");
    }

    @Test
    void certificate_revisionGivenTwice_isFound() {
        store.run(new Action.Write("k", "1"));
        store.run(new Action.Write("k", "2"));
        store.answer(1, new Answer(2, true, List.of()));
        assertProblem("revision 2 was given twice");
    }

    @Test
    void certificate_changeThatNobodyAskedFor_isFound() {
        store.run(new Action.Write("k", "1"));
        store.changes.add(new EventLog.Change(3, "k", null));
        store.revision = 3;
        assertProblem("nobody asked for this");
    }

    @Test
    void certificate_unknownDelete_explainsOneDelete() {
        store.run(new Action.Write("k", "1"));
        store.run(new Action.Delete("k"));
        store.outcome(1, Outcome.UNKNOWN);
        assertThat(store.certificate().verdict()).isEqualTo(Verdict.VALID);
        store.run(new Action.Write("k", "2"));
        store.changes.add(new EventLog.Change(5, "k", null));
        store.revision = 5;
        assertProblem("nobody asked for this: Change[revision=5");
    }

    @Test
    void certificate_swapOnAnotherValue_isFound() {
        store.run(new Action.Write("k", "1"));
        Operation swap = store.run(new Action.CompareAndSet("k", "1", "2"));
        store.history.set(
                1,
                new Operation(
                        1,
                        swap.process(),
                        swap.node(),
                        new Action.CompareAndSet("k", "0", "2"),
                        swap.invokedNanos(),
                        swap.returnedNanos(),
                        Outcome.OK,
                        swap.answer(),
                        null));
        assertProblem("a swap took place, but the key held 1");
    }

    @Test
    void certificate_swapRefusedThoughEqual_isFound() {
        store.run(new Action.Write("k", "1"));
        store.run(new Action.CompareAndSet("k", "1", "2"));
        store.changes.remove(1);
        store.revision = 2;
        store.answer(1, new Answer(2, false, store.log().scanAt("k", 2)));
        assertProblem("a swap was refused, but the key held the value");
    }

    @Test
    void certificate_readAtAnOlderRevision_mustShowThatState() {
        store.run(new Action.Write("k", "1"));
        store.run(new Action.Write("k", "2"));
        store.run(new Action.ReadAt("k", 2));
        store.answer(2, new Answer(3, true, store.log().scanAt("k", 2)));
        assertThat(store.certificate().verdict()).isEqualTo(Verdict.VALID);
        store.answer(2, new Answer(3, true, store.log().scanAt("k", 3)));
        assertProblem("at revision 2 the answer differs");
    }

    @Test
    void certificate_valuesNotUnique_isUnknown() {
        store.run(new Action.Write("k", "1"));
        Operation again = store.run(new Action.Write("k", "1"), 1, 1, false);
        store.history.set(
                1,
                new Operation(
                        1, 0, 1, again.action(), again.invokedNanos(), again.returnedNanos(), Outcome.FAIL, null, "x"));
        store.changes.remove(1);
        store.revision = 2;
        CheckResult result = store.certificate();
        assertThat(result.verdict()).isNotEqualTo(Verdict.VALID);
        assertThat(result.problems()).anyMatch(text -> text.contains("written twice"));
    }

    @Test
    void log_gapOrWrongVersion_isFound() {
        store.run(new Action.Write("k", "1"));
        store.changes.add(new EventLog.Change(4, "k", new Version("k", "2", 2, 4, 3)));
        store.revision = 4;
        assertProblem("revision 3 changed nothing");
        assertProblem("expected create revision 2 and version 2");
    }

    private void assertProblem(String part) {
        CheckResult result = store.certificate();
        assertThat(result.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(result.problems()).anyMatch(text -> text.contains(part));
    }

    private static CheckResult registers(HistoryFixture store) {
        return new RegisterChecker(Duration.ofSeconds(5)).check(store.history, 0);
    }
}
