package io.lockstep.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.history.Ack;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StalenessCheckerTest {
    private static final long MILLI = 1_000_000;

    private final List<Operation> history = new ArrayList<>();

    private void write(long revision, long acknowledgedMillis) {
        add(new Action.Write("k", "v" + revision), new Answer(revision, true, List.of()), 0, acknowledgedMillis);
    }

    private void read(Consistency consistency, long revision, long stalenessMillis, long sentMillis) {
        add(
                new Action.Read("k", consistency),
                new Answer(revision, true, List.of(), stalenessMillis),
                sentMillis,
                sentMillis + 1);
    }

    private void add(Action action, Answer answer, long invokedMillis, long returnedMillis) {
        int index = history.size();
        history.add(new Operation(
                index, index, 1, action, invokedMillis * MILLI, returnedMillis * MILLI, Outcome.OK, answer, null));
    }

    private Verdict verdict() {
        return StalenessChecker.check(history, 0).verdict();
    }

    @Test
    void check_answerLacksAWriteOlderThanItsBound_isInvalid() {
        write(2, 100);
        write(3, 200);
        read(Consistency.STALE, 2, 99, 300);
        assertThat(verdict()).isEqualTo(Verdict.INVALID);
        assertThat(StalenessChecker.check(history, 0).problems().get(0)).contains("at most 99 ms", "revision 3");
    }

    @Test
    void check_answerLacksOnlyWritesYoungerThanItsBound_isValid() {
        write(2, 100);
        write(3, 200);
        read(Consistency.STALE, 2, 100, 300);
        read(Consistency.STALE, 3, 0, 300);
        read(Consistency.STALE, 1, 250, 300);
        assertThat(verdict()).isEqualTo(Verdict.VALID);
        assertThat(StalenessChecker.check(history, 0).summary())
                .contains("proven: median 100 ms", "true: median 100 ms");
    }

    @Test
    void check_writesAcknowledgedOutOfOrder_countByTheHighest() {
        write(5, 100);
        write(4, 150);
        read(Consistency.STALE, 4, 10, 300);
        assertThat(verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void check_linearizableReadLacksAWrite_isInvalid() {
        write(2, 100);
        read(Consistency.LINEARIZABLE, 1, 0, 101);
        assertThat(verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void check_boundedReadBeyondItsBound_isInvalid() {
        read(Consistency.BOUNDED, 1, Consistency.BOUND_MILLIS + 1, 2_000);
        assertThat(verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void check_boundedReadWithoutAProof_isInvalidAndAStaleOneIsNot() {
        read(Consistency.STALE, 1, Answer.UNPROVEN, 2_000);
        assertThat(verdict()).isEqualTo(Verdict.VALID);
        read(Consistency.BOUNDED, 1, Answer.UNPROVEN, 2_000);
        assertThat(verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void check_revisionReadBehindItsRevision_isInvalid() {
        add(new Action.ReadSince("k", 5), new Answer(4, true, List.of(), 7), 10, 11);
        assertThat(verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void check_acceptedWrite_isNoAcknowledgementOfItsRevision() {
        Answer accepted = new Answer(9, true, List.of(), Answer.UNPROVEN, new Answer.Acknowledged(false, List.of()));
        add(new Action.Write("k", "v", Ack.ACCEPTED), accepted, 10, 11);
        read(Consistency.STALE, 1, 0, 300);
        assertThat(verdict()).isEqualTo(Verdict.VALID);
    }

    @Test
    void withoutVerdict_answersThatLied_areCountedAndUnknown() {
        write(2, 100);
        read(Consistency.STALE, 1, 50, 300);
        CheckResult result = StalenessChecker.withoutVerdict(history, 0);
        assertThat(result.verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(result.problems()).singleElement().asString().contains("1 answers were staler");
    }
}
