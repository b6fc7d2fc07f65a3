package io.lockstep.jepsen.participant;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.check.Findings;
import io.lockstep.jepsen.history.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Judges what watches were told by the log of all changes: each event once, in order, whole revisions, nothing left out, and
 * nothing behind a progress notification, over any number of broken streams.
 */
final class WatchChecker {
    private static final String NAME = "watch";

    private final EventLog log;
    private final Findings findings = new Findings();
    private int events;
    private int resumed;
    private int progress;

    private WatchChecker(EventLog log) {
        this.log = log;
    }

    static CheckResult check(List<WatchRecord> records, EventLog log) {
        WatchChecker checker = new WatchChecker(log);
        records.forEach(checker::judge);
        if (checker.events == 0) {
            checker.findings.doubt("no watch was told of any event");
        }
        return checker.findings.result(
                NAME,
                String.format(
                        "%d watches, %d events, resumed %d times, %d progress notifications",
                        records.size(), checker.events, checker.resumed, checker.progress));
    }

    private void judge(WatchRecord record) {
        Optional<String> wrong = new OneWatch(record).firstWrong();
        wrong.ifPresent(text -> findings.violation("%s (%s): %s", record.name(), record.spec(), text));
    }

    /** Goes through one record; the first fault ends it, since what follows is of no use. */
    private final class OneWatch {
        private final WatchRecord record;
        /** What is still to be told: set when the watch is created, as only then its beginning is known. */
        private List<EventLog.Change> due = List.of();

        private int next;
        private boolean created;
        private long lastProgress;
        private long lastRevision;

        OneWatch(WatchRecord record) {
            this.record = record;
        }

        Optional<String> firstWrong() {
            for (Told told : record.told()) {
                Optional<String> wrong = wrongIn(told);
                if (wrong.isPresent()) {
                    return wrong;
                }
            }
            if (record.lasting() && !created) {
                return Optional.of("was never created");
            }
            return record.lasting() && next < due.size()
                    ? Optional.of("never told of " + due.get(next) + " and " + (due.size() - next - 1) + " more")
                    : Optional.empty();
        }

        private Optional<String> wrongIn(Told told) {
            if (told instanceof Told.Created answer) {
                return created(answer);
            }
            if (told instanceof Told.Events answer) {
                return events(answer);
            }
            if (told instanceof Told.Progress answer) {
                return progress(answer.revision());
            }
            return told instanceof Told.Canceled canceled
                    ? Optional.of("was cancelled, though nothing was compacted: " + canceled)
                    : Optional.empty();
        }

        private Optional<String> created(Told.Created answer) {
            if (answer.revision() < 1 || answer.revision() > log.lastRevision()) {
                return Optional.of("created at revision " + answer.revision() + ", which never existed");
            }
            if (created) {
                resumed++;
            } else {
                created = true;
                long first = answer.from() > 0 ? answer.from() : answer.revision() + 1;
                due = log.changes().stream()
                        .filter(change ->
                                change.revision() >= first && record.spec().wants(change))
                        .toList();
            }
            return Optional.empty();
        }

        private Optional<String> events(Told.Events answer) {
            if (!created) {
                return Optional.of("told of " + answer + " before it was created");
            }
            List<EventLog.Change> group = new ArrayList<>();
            for (Told.Seen seen : answer.events()) {
                if (group.isEmpty()) {
                    group = nextRevision();
                }
                Optional<String> wrong = event(seen, group);
                if (wrong.isPresent()) {
                    return wrong;
                }
                events++;
                lastRevision = seen.change().revision();
            }
            if (!group.isEmpty()) {
                return Optional.of("told of half of revision " + lastRevision + " in one answer, without " + group);
            }
            return answer.revision() < lastRevision
                    ? Optional.of("told of revision " + lastRevision + " by a member at " + answer.revision())
                    : Optional.empty();
        }

        /** The changes of the next revision that is due, taken off; empty if nothing more is due. */
        private List<EventLog.Change> nextRevision() {
            List<EventLog.Change> group = new ArrayList<>();
            while (next < due.size()
                    && (group.isEmpty()
                            || due.get(next).revision() == group.get(0).revision())) {
                group.add(due.get(next++));
            }
            return group;
        }

        private Optional<String> event(Told.Seen seen, List<EventLog.Change> group) {
            EventLog.Change change = seen.change();
            if (change.revision() <= lastProgress) {
                return Optional.of("told of " + change + " after the notification that all up to " + lastProgress
                        + " had been told");
            }
            if (group.isEmpty()) {
                return Optional.of(
                        "told of " + change + ", which the log does not have, or not any more at this place");
            }
            if (!group.remove(change)) {
                return Optional.of("told of " + change + " where " + group.get(0) + " is due");
            }
            Version expected = record.spec().before()
                    ? log.stateAt(change.key(), change.revision() - 1).orElse(null)
                    : null;
            return Objects.equals(seen.before(), expected)
                    ? Optional.empty()
                    : Optional.of("told that " + seen.before() + " was before " + change + ", which was " + expected);
        }

        private Optional<String> progress(long revision) {
            progress++;
            if (revision > log.lastRevision()) {
                return Optional.of("progress to revision " + revision + ", which never existed");
            }
            if (revision < lastProgress || revision < lastRevision) {
                return Optional.of("progress to revision " + revision + " after progress to " + lastProgress
                        + " and events of " + lastRevision);
            }
            if (next < due.size() && due.get(next).revision() <= revision) {
                return Optional.of("progress to revision " + revision + ", but not yet told of " + due.get(next));
            }
            lastProgress = revision;
            return Optional.empty();
        }
    }
}
