package io.lockstep.jepsen.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.check.EventLog.Change;
import io.lockstep.jepsen.check.Verdict;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WatchCheckerTest {
    private static final Version A2 = new Version("w/a", "one", 2, 2, 1);
    private static final Version A3 = new Version("w/a", "two", 2, 3, 2);
    private static final Version B3 = new Version("w/b", "two", 3, 3, 1);
    private static final Change PUT_A = new Change(2, "w/a", A2);
    private static final Change BOTH_A = new Change(3, "w/a", A3);
    private static final Change BOTH_B = new Change(3, "w/b", B3);
    private static final Change ELSEWHERE = new Change(4, "x", new Version("x", "x", 4, 4, 1));
    private static final Change DELETE_A = new Change(5, "w/a", null);
    private static final EventLog LOG = new EventLog(List.of(PUT_A, BOTH_A, BOTH_B, ELSEWHERE, DELETE_A), 5);
    private static final WatchSpec ALL = WatchSpec.allBelow("w/");

    private static Told.Seen seen(Change change, Version before) {
        return new Told.Seen(change, before);
    }

    private static Told.Events events(long revision, Told.Seen... events) {
        return new Told.Events(revision, 0, List.of(events));
    }

    private static Told.Created created(long from, long revision) {
        return new Told.Created(1, from, revision);
    }

    private static final Told.Events FIRST = events(2, seen(PUT_A, null));
    private static final Told.Events SECOND = events(3, seen(BOTH_A, A2), seen(BOTH_B, null));
    private static final Told.Events LAST = events(5, seen(DELETE_A, A3));

    private static CheckResult check(WatchSpec spec, Told... told) {
        return WatchChecker.check(List.of(new WatchRecord("w", spec, true, List.of(told))), LOG);
    }

    @Test
    void check_eachEventOnceOverABrokenStream_isValid() {
        CheckResult result = check(
                ALL,
                created(1, 2),
                FIRST,
                new Told.Progress(2),
                new Told.Broken("gone"),
                created(3, 4),
                events(4, seen(BOTH_B, null), seen(BOTH_A, A2)),
                new Told.Progress(4),
                LAST,
                new Told.Progress(5));
        assertThat(result.verdict()).as(result.toString()).isEqualTo(Verdict.VALID);
        assertThat(result.summary()).contains("4 events", "resumed 1 times", "3 progress");
    }

    @Test
    void check_fromNowOn_owesOnlyWhatComesLater() {
        assertThat(check(ALL, created(0, 3), LAST).verdict()).isEqualTo(Verdict.VALID);
        assertThat(check(ALL, created(0, 2), LAST).verdict()).isEqualTo(Verdict.INVALID);
    }

    @Test
    void check_filtersAndOneKey_oweOnlyWhatWasAskedFor() {
        WatchSpec deletes = new WatchSpec("w/", true, false, true, false);
        assertThat(check(deletes, created(1, 2), events(5, seen(DELETE_A, null)))
                        .verdict())
                .isEqualTo(Verdict.VALID);
        assertThat(check(deletes, created(1, 2), events(2, seen(PUT_A, null))).verdict())
                .isEqualTo(Verdict.INVALID);
        WatchSpec key = new WatchSpec("w/b", false, true, true, false);
        assertThat(check(key, created(1, 2), events(3, seen(BOTH_B, null))).verdict())
                .isEqualTo(Verdict.VALID);
    }

    @Test
    void check_shortWatch_mayEndBeforeTheLog() {
        WatchRecord record = new WatchRecord("s", ALL, false, List.of(created(1, 2), FIRST));
        assertThat(WatchChecker.check(List.of(record), LOG).verdict()).isEqualTo(Verdict.VALID);
    }

    @Test
    void check_noEventAtAll_isUnknown() {
        WatchRecord record = new WatchRecord("s", ALL, false, List.of(created(1, 2)));
        assertThat(WatchChecker.check(List.of(record), LOG).verdict()).isEqualTo(Verdict.UNKNOWN);
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault("missed in between", told -> told.remove(SECOND)),
                fault("missed at the end", told -> told.remove(LAST)),
                fault("told twice", told -> told.add(2, FIRST)),
                fault("told out of order", told -> {
                    told.remove(FIRST);
                    told.add(2, FIRST);
                }),
                fault("half a revision", told -> told.set(2, events(3, seen(BOTH_A, A2)))),
                fault("a revision in two answers", told -> {
                    told.set(2, events(3, seen(BOTH_A, A2)));
                    told.add(3, events(3, seen(BOTH_B, null)));
                }),
                fault("another value", told -> told.set(1, events(2, seen(new Change(2, "w/a", A3), null)))),
                fault("another value before", told -> told.set(3, events(5, seen(DELETE_A, A2)))),
                fault("no value before", told -> told.set(3, events(5, seen(DELETE_A, null)))),
                fault("what was not asked for", told -> told.add(3, events(4, seen(ELSEWHERE, null)))),
                fault("what never happened", told -> told.add(events(6, seen(new Change(6, "w/c", B3), null)))),
                fault("by a member that is behind", told -> told.set(3, events(4, seen(DELETE_A, A3)))),
                fault("progress that overtakes an event", told -> told.add(2, new Told.Progress(3))),
                fault("progress that goes back", told -> told.add(new Told.Progress(4))),
                fault("progress that never was", told -> told.add(new Told.Progress(6))),
                fault("again after a broken stream", told -> {
                    told.add(new Told.Broken("gone"));
                    told.add(created(5, 5));
                    told.add(LAST);
                }),
                fault("cancelled", told -> told.add(new Told.Canceled(0, ""))),
                fault("created in the future", told -> told.set(0, created(1, 9))),
                fault("never created", List::clear));
    }

    private static Arguments fault(String name, Consumer<List<Told>> change) {
        return Arguments.of(name, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void check_oneFault_isInvalid(String name, Consumer<List<Told>> change) {
        List<Told> told = new ArrayList<>(List.of(created(1, 2), FIRST, SECOND, LAST));
        assertThat(check(ALL, told.toArray(Told[]::new)).verdict()).isEqualTo(Verdict.VALID);
        change.accept(told);
        WatchRecord good = new WatchRecord("good", ALL, true, List.of(created(1, 2), FIRST, SECOND, LAST));
        CheckResult result = WatchChecker.check(List.of(good, new WatchRecord(name, ALL, true, told)), LOG);
        assertThat(result.verdict()).as(result.toString()).isEqualTo(Verdict.INVALID);
        assertThat(result.problems()).hasSize(1);
    }
}
