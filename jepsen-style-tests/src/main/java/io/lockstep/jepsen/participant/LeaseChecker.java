package io.lockstep.jepsen.participant;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.check.Findings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Judges leases: none ends early, all keys of one go at one revision, what is gone is not renewed, and all go in the end. How
 * late they went is only told: a lease may live longer, after a change of the leader for example.
 */
final class LeaseChecker {
    private static final String NAME = "lease";
    /** For the grain of clocks. */
    private static final long GRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final EventLog log;
    private final Map<String, Long> goneNanos;
    private final Findings findings = new Findings();
    private int expired;
    private int revoked;
    private long latestNanos;

    private LeaseChecker(EventLog log, Map<String, Long> goneNanos) {
        this.log = log;
        this.goneNanos = goneNanos;
    }

    /** @param watches of all the keys; the first of them that was told of a deletion tells when it had happened */
    static CheckResult check(List<LeaseLife> lives, List<WatchRecord> watches, EventLog log) {
        LeaseChecker checker = new LeaseChecker(log, firstTold(watches));
        lives.forEach(checker::judge);
        if (checker.expired == 0) {
            checker.findings.doubt("no lease was left to expire");
        }
        return checker.findings.result(
                NAME,
                String.format(
                        "%d leases, %d expired, %d revoked; the latest %.1f s late",
                        lives.size(), checker.expired, checker.revoked, checker.latestNanos / 1e9));
    }

    private static Map<String, Long> firstTold(List<WatchRecord> watches) {
        Map<String, Long> first = new HashMap<>();
        for (WatchRecord watch : watches) {
            for (Told told : watch.told()) {
                if (told instanceof Told.Events events) {
                    events.events().stream()
                            .filter(seen -> seen.change().after() == null)
                            .forEach(seen -> first.merge(seen.change().key(), events.nanos(), Math::min));
                }
            }
        }
        return first;
    }

    private void judge(LeaseLife life) {
        TreeSet<Long> deletions = new TreeSet<>();
        for (String key : life.keys()) {
            Optional<Long> put = revisionOf(key, false);
            Optional<Long> deleted = revisionOf(key, true);
            if (life.attached() && put.isEmpty()) {
                findings.violation("%s was put with an acknowledgement and is not in the log: %s", key, life);
            } else if (life.attached() && deleted.isEmpty()) {
                findings.violation("%s is still there, its lease never ended: %s", key, life);
            }
            deleted.ifPresent(deletions::add);
        }
        if (deletions.size() > 1) {
            findings.violation("the keys of one lease went at revisions %s: %s", deletions, life);
        }
        Long gone = life.keys().stream()
                .map(goneNanos::get)
                .filter(nanos -> nanos != null)
                .reduce(null, LeaseChecker::earlier);
        if (gone != null) {
            judgeTime(life, gone);
        }
    }

    private static @Nullable Long earlier(@Nullable Long one, @Nullable Long other) {
        return one == null || (other != null && other < one) ? other : one;
    }

    private Optional<Long> revisionOf(String key, boolean deletion) {
        return log.changes().stream()
                .filter(change -> change.key().equals(key) && (change.after() == null) == deletion)
                .map(EventLog.Change::revision)
                .findFirst();
    }

    private void judgeTime(LeaseLife life, long gone) {
        for (LeaseLife.Renewal renewal : life.renewals()) {
            if (renewal.alive() && renewal.sentNanos() > gone) {
                findings.violation(
                        "renewed %.3f s after its keys were seen to be gone: %s",
                        (renewal.sentNanos() - gone) / 1e9, life);
            }
        }
        Long revoke = life.revokeSentNanos();
        if (revoke != null && revoke <= gone) {
            revoked++;
            return;
        }
        expired++;
        long dueNanos = Long.MIN_VALUE;
        for (LeaseLife.Renewal renewal : life.renewals()) {
            if (renewal.alive() && renewal.sentNanos() <= gone) {
                long ttlNanos = TimeUnit.SECONDS.toNanos(renewal.ttlSeconds());
                if (gone < renewal.sentNanos() + ttlNanos - GRAIN_NANOS) {
                    findings.violation("ended %.3f s early: %s", (renewal.sentNanos() + ttlNanos - gone) / 1e9, life);
                }
                dueNanos = Math.max(dueNanos, renewal.receivedNanos() + ttlNanos);
            }
        }
        latestNanos = Math.max(latestNanos, gone - dueNanos);
    }
}
