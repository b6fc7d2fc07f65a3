package io.lockstep.jepsen.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SetCheckerTest {
    private static final Action SCAN = new Action.Scan("s/", Consistency.LINEARIZABLE);
    private final HistoryFixture store = new HistoryFixture();

    @BeforeEach
    void addTwoAndScanTwice() {
        store.run(new Action.Write("s/0", "0"));
        store.run(new Action.Write("s/1", "1"));
        store.run(SCAN);
        store.run(SCAN);
    }

    private CheckResult check() {
        return SetChecker.check(store.history, "s/", 0);
    }

    private void scanShows(int index, String... keys) {
        List<Version> versions = new ArrayList<>();
        for (String key : keys) {
            versions.add(new Version(key, "", 2, 2, 1));
        }
        store.answer(index, new Answer(3, true, versions));
    }

    @Test
    void set_everythingShown_isValid() {
        assertThat(check()).isEqualTo(new CheckResult("set", Verdict.VALID, "2 elements, 2 scans", List.of()));
    }

    @Test
    void set_elementMissingAtTheEnd_isLost() {
        scanShows(3, "s/0");
        assertThat(check().verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check().problems()).anyMatch(text -> text.startsWith("lost: #1"));
    }

    @Test
    void set_elementMissingInBetween_isStale() {
        scanShows(2, "s/0");
        assertThat(check().problems()).anyMatch(text -> text.startsWith("stale: #1"));
    }

    @Test
    void set_elementShownTwice_isDuplicate() {
        scanShows(3, "s/0", "s/1", "s/1");
        assertThat(check().problems()).anyMatch(text -> text.startsWith("duplicate s/1"));
    }

    @Test
    void set_elementNeverOrNotYetAddedOrRefused_isPhantom() {
        scanShows(3, "s/0", "s/1", "s/9");
        assertThat(check().problems()).anyMatch(text -> text.startsWith("phantom s/9"));
        store.run(new Action.Write("s/9", "9"));
        store.run(SCAN);
        assertThat(check().problems()).anyMatch(text -> text.startsWith("phantom: #4"));
        store.outcome(4, Outcome.FAIL);
        assertThat(check().problems()).anyMatch(text -> text.startsWith("phantom: refused #4"));
    }

    @Test
    void set_unknownElement_mayBeMissingUntilItWasSeen() {
        store.outcome(1, Outcome.UNKNOWN);
        scanShows(2, "s/0");
        assertThat(check().verdict()).isEqualTo(Verdict.VALID);
        scanShows(2, "s/0", "s/1");
        scanShows(3, "s/0");
        assertThat(check().problems()).anyMatch(text -> text.startsWith("lost: #1"));
    }

    @Test
    void set_acknowledgedAfterTheLastScan_isUnknown() {
        store.run(new Action.Write("s/2", "2"));
        assertThat(check().verdict()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void convergence_differentHashOrLog_isInvalid() {
        Convergence.MemberState one = new Convergence.MemberState(store.log(), 7);
        assertThat(Convergence.check(Map.of(1, one, 2, one)).verdict()).isEqualTo(Verdict.VALID);
        Convergence.MemberState otherHash = new Convergence.MemberState(store.log(), 8);
        assertThat(Convergence.check(Map.of(1, one, 2, otherHash)).verdict()).isEqualTo(Verdict.INVALID);
        store.changes.set(1, new EventLog.Change(3, "s/1", new Version("s/1", "other", 3, 3, 1)));
        Convergence.MemberState otherLog = new Convergence.MemberState(store.log(), 7);
        assertThat(Convergence.check(Map.of(1, one, 2, otherLog)).problems())
                .anyMatch(text -> text.contains("the logs of n1 and n2 differ at revision 3"));
        assertThat(Convergence.check(Map.of()).verdict()).isEqualTo(Verdict.UNKNOWN);
    }
}
