package io.lockstep.jepsen.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.check.EventLog.Change;
import io.lockstep.jepsen.check.Verdict;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseCheckerTest {
    private static final long SECOND = 1_000_000_000;
    private static final String A = "l/7/a";
    private static final String B = "l/7/b";

    private final List<LeaseLife.Renewal> renewals = new ArrayList<>();
    private final List<Change> log = new ArrayList<>();
    private Long revokeSentNanos;
    private long toldNanos;

    private LeaseCheckerTest() {
        renewals.add(new LeaseLife.Renewal(0, SECOND / 10, 3));
        log.add(new Change(2, A, new Version(A, "", 2, 2, 1)));
        log.add(new Change(2, B, new Version(B, "", 2, 2, 1)));
        gone(5, 5);
        toldNanos = 4 * SECOND;
    }

    private void gone(long revisionOfA, long revisionOfB) {
        log.removeIf(change -> change.after() == null);
        log.add(new Change(revisionOfA, A, null));
        log.add(new Change(revisionOfB, B, null));
    }

    private CheckResult check() {
        List<Told.Seen> seen = log.stream()
                .filter(change -> change.after() == null)
                .map(change -> new Told.Seen(change, null))
                .toList();
        List<Told> told = seen.isEmpty() ? List.of() : List.of(new Told.Events(9, toldNanos, seen));
        LeaseLife life = new LeaseLife(7, List.of(A, B), true, renewals, revokeSentNanos);
        WatchRecord watch = new WatchRecord("w", WatchSpec.allBelow("l/"), true, told);
        return LeaseChecker.check(List.of(life), List.of(watch), new EventLog(log, 9));
    }

    @Test
    void check_goneAfterItsTime_isValidAndTellsHowLate() {
        CheckResult result = check();
        assertThat(result.verdict()).as(result.toString()).isEqualTo(Verdict.VALID);
        assertThat(result.summary()).contains("1 leases, 1 expired, 0 revoked", "0.9 s late");
    }

    @Test
    void check_goneBeforeItsTime_isInvalid() {
        toldNanos = 2 * SECOND;
        assertThat(check().problems()).singleElement().asString().startsWith("ended 1.000 s early");
    }

    @Test
    void check_goneBeforeTheTimeOfARenewal_isInvalid() {
        renewals.add(new LeaseLife.Renewal(2 * SECOND, 2 * SECOND + 1, 3));
        assertThat(check().problems()).singleElement().asString().startsWith("ended 1.000 s early");
    }

    @Test
    void check_revokedBeforeItsTime_isNoExpiry() {
        toldNanos = SECOND;
        revokeSentNanos = SECOND / 2;
        CheckResult result = check();
        assertThat(result.summary()).contains("0 expired, 1 revoked");
        assertThat(result.verdict()).as("nothing expired").isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void check_goneBeforeTheRevoke_isEarly() {
        toldNanos = SECOND;
        revokeSentNanos = 2 * SECOND;
        assertThat(check().verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void check_renewedWhenGone_isInvalid() {
        renewals.add(new LeaseLife.Renewal(5 * SECOND, 6 * SECOND, 0));
        assertThat(check().verdict()).isEqualTo(Verdict.VALID);
        renewals.add(new LeaseLife.Renewal(5 * SECOND, 6 * SECOND, 3));
        assertThat(check().problems()).singleElement().asString().startsWith("renewed 1.000 s after");
    }

    @Test
    void check_keysGoneAtTwoRevisions_isInvalid() {
        gone(5, 6);
        assertThat(check().problems()).singleElement().asString().contains("went at revisions [5, 6]");
    }

    @Test
    void check_keysStillThere_isInvalid() {
        log.removeIf(change -> change.after() == null);
        assertThat(check().verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void check_acknowledgedPutThatIsNotInTheLog_isInvalid() {
        log.clear();
        assertThat(check().problems()).anyMatch(problem -> problem.contains("is not in the log"));
    }
}
