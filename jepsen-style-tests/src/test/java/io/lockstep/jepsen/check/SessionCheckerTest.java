package io.lockstep.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionCheckerTest {
    private final List<Operation> history = new ArrayList<>();

    private void add(int session, Action action, Answer answer) {
        int index = history.size();
        Outcome outcome = answer == null ? Outcome.UNKNOWN : Outcome.OK;
        String error = answer == null ? "deadline" : null;
        history.add(new Operation(index, session, 1 + index % 3, action, index, index + 1, outcome, answer, error));
    }

    private void write(int session, String value, long revision) {
        add(session, new Action.Write("k", value), new Answer(revision, true, List.of()));
    }

    private void writeUnknown(int session, String value) {
        add(session, new Action.Write("k", value), null);
    }

    private void read(int session, String value, long headerRevision) {
        List<Version> found = value == null ? List.of() : List.of(new Version("k", value, 2, 2, 1));
        add(session, new Action.Read("k", Consistency.SESSION), new Answer(headerRevision, true, found));
    }

    private CheckResult check() {
        return SessionChecker.check(history, 0);
    }

    @Test
    void check_readsThatGoOn_areValid() {
        write(1, "1.1", 5);
        read(1, "1.1", 5);
        read(2, null, 3);
        read(2, "1.1", 5);
        read(1, "1.1", 8);
        assertThat(check().verdict()).isEqualTo(Verdict.VALID);
        assertThat(check().summary()).startsWith("2 sessions, 4 reads, 1 of them first after an own write, 2 on");
    }

    @Test
    void check_readBehindAnOwnWrite_isInvalid() {
        write(1, "1.1", 5);
        read(1, "1.1", 4);
        assertThat(check().verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check().problems().get(0)).startsWith("does not see its own write");
    }

    @Test
    void check_readBehindAnotherRead_isInvalidInThatSessionAlone() {
        read(1, "1.1", 5);
        read(2, "1.1", 4);
        assertThat(check().verdict()).isEqualTo(Verdict.VALID);
        read(1, "1.1", 4);
        assertThat(check().problems().get(0)).startsWith("sees less than before");
    }

    @Test
    void check_oldValueUnderANewRevision_isInvalid() {
        write(1, "1.2", 5);
        read(1, "1.1", 9);
        assertThat(check().problems()).singleElement().asString().startsWith("value number 1 after number 2");
    }

    @Test
    void check_valueGone_isInvalid() {
        read(2, "1.1", 5);
        read(2, null, 6);
        assertThat(check().problems()).singleElement().asString().startsWith("k is gone");
    }

    @Test
    void check_valueOfAWriteOfUnknownOutcome_mayComeAtAnyTime() {
        writeUnknown(1, "1.1");
        write(1, "1.2", 5);
        read(1, "1.1", 6);
        read(1, "1.1", 6);
        assertThat(check().verdict()).isEqualTo(Verdict.VALID);
        read(1, "1.0", 6);
        assertThat(check().verdict()).isEqualTo(Verdict.INVALID);
    }
}
