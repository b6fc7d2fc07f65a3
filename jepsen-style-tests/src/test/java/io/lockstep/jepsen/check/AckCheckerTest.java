package io.lockstep.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.history.Ack;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Answer.Acknowledged;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AckCheckerTest {
    private static final int NODE = 2;

    private final List<Operation> history = new ArrayList<>();
    private long restartedNanos = 0;

    private void add(Action action, Answer answer, long invoked, long returned) {
        int index = history.size();
        history.add(new Operation(index, index, NODE, action, invoked, returned, Outcome.OK, answer, null));
    }

    private void write(String key, Ack ack, long revision, Acknowledged how, long invoked, long returned) {
        Answer answer = new Answer(revision, true, List.of(), Answer.UNPROVEN, how);
        add(new Action.Write(key, "v." + key, ack), answer, invoked, returned);
    }

    private void staleRead(long revision, long invoked) {
        add(new Action.Read("other", Consistency.STALE), new Answer(revision, true, List.of()), invoked, invoked + 1);
    }

    private void finalScan(String... keys) {
        List<Version> found = Stream.of(keys)
                .map(key -> new Version(key, "v." + key, 2, 2, 1))
                .toList();
        add(new Action.Scan("", Consistency.LINEARIZABLE), new Answer(99, true, found), 1_000, 1_001);
    }

    private CheckResult check() {
        return AckChecker.check(new Evidence(history, 0, Map.of(NODE, List.of(0L, restartedNanos))));
    }

    @Test
    void check_staleReadAfterAllHaveIt_mustSeeIt() {
        write("a", Ack.ALL, 5, Acknowledged.COMMITTED, 10, 20);
        staleRead(4, 15);
        staleRead(5, 21);
        finalScan("a");
        assertThat(check().verdict()).isEqualTo(Verdict.VALID);
        staleRead(4, 30);
        assertThat(check().verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check().problems().get(0)).startsWith("not everywhere");
    }

    @Test
    void check_staleReadOfTheKeyUnderANewRevision_mustFindIt() {
        write("a", Ack.ALL, 5, Acknowledged.COMMITTED, 10, 20);
        add(new Action.Read("a", Consistency.STALE), new Answer(6, true, List.of()), 25, 26);
        finalScan("a");
        assertThat(check().problems()).singleElement().asString().contains("does not find");
    }

    @Test
    void check_memberStartedAgainSince_mayLackIt() {
        write("a", Ack.ALL, 5, Acknowledged.COMMITTED, 10, 20);
        staleRead(4, 30);
        finalScan("a");
        restartedNanos = 25;
        assertThat(check().verdict()).isEqualTo(Verdict.VALID);
        restartedNanos = 5;
        assertThat(check().verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void check_memberNamedAsMissing_mayLackIt() {
        write("a", Ack.ALL, 5, new Acknowledged(true, List.of(7L)), 10, 20);
        staleRead(4, 30);
        finalScan("a");
        assertThat(check().verdict()).isEqualTo(Verdict.VALID);
        assertThat(AckChecker.count(history).named()).containsExactly(7L);
    }

    @Test
    void check_quorumWriteThatIsGone_isInvalid() {
        write("a", Ack.QUORUM, 5, Acknowledged.COMMITTED, 10, 20);
        finalScan();
        assertThat(check().problems()).singleElement().asString().startsWith("lost");
    }

    @Test
    void check_acceptedWritesThatAreGone_areCounted() {
        write("a", Ack.ACCEPTED, 5, Acknowledged.ACCEPTED, 10, 20);
        write("b", Ack.ACCEPTED, 5, Acknowledged.ACCEPTED, 10, 20);
        finalScan("b");
        assertThat(check().verdict()).isEqualTo(Verdict.VALID);
        assertThat(AckChecker.count(history).accepted()).isEqualTo(2);
        assertThat(AckChecker.count(history).lost()).isEqualTo(1);
    }
}
