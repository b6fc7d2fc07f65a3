package io.lockstep.jepsen.run;

import io.lockstep.jepsen.check.AckChecker;
import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Verdict;
import io.lockstep.jepsen.cluster.Cluster;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.nemesis.FaultKind;
import io.lockstep.jepsen.nemesis.FaultRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What must have been seen for a verdict to mean something: stops at every step, members that were named as missing,
 * accepted writes that were lost. Without that a run is UNKNOWN. And whether the servers counted the same.
 */
final class Effects {
    private static final String NAME = "effects";
    /** On a healthy cluster: a bound that is true and useless would be no use. */
    private static final long USEFUL_MILLIS = 200;

    private static final String LOST = "lockstep_accepted_writes_lost_total";
    private static final String UNKNOWN = "lockstep_accepted_writes_unknown_total";

    private final List<String> seen = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private Verdict bad = Verdict.UNKNOWN;

    /**
     * What is asked of the cluster while it is there.
     *
     * @param stepStops how often members stopped themselves, by step
     * @param acceptedLost as the servers counted; negative if that can't be known: a member was started again
     * @param acceptedUnknown the same
     */
    record Counters(Map<String, Integer> stepStops, double acceptedLost, double acceptedUnknown) {
        static Counters of(Cluster cluster) throws IOException {
            boolean restarted = cluster.starts().values().stream().anyMatch(times -> times.size() > 1);
            return new Counters(
                    cluster.stepStops(), restarted ? -1 : sum(cluster, LOST), restarted ? -1 : sum(cluster, UNKNOWN));
        }

        private static double sum(Cluster cluster, String metric) throws IOException {
            double sum = 0;
            for (int node : cluster.nodes()) {
                try {
                    OptionalDouble value = cluster.metric(node, metric);
                    if (value.isEmpty()) {
                        return -1;
                    }
                    sum += value.getAsDouble();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted", e);
                }
            }
            return sum;
        }
    }

    private Effects() {}

    static CheckResult check(List<Operation> history, List<FaultRecord> faults, Counters counters) {
        Effects effects = new Effects();
        if (faults.stream().anyMatch(fault -> fault.kind() == FaultKind.STOP_AT_STEPS)) {
            effects.stops(counters.stepStops());
        }
        if (history.stream().anyMatch(operation -> operation.action().name().equals("write-all"))) {
            effects.acks(AckChecker.count(history), faults, counters);
        }
        if (faults.isEmpty()) {
            effects.usefulBound(history);
        }
        return new CheckResult(
                NAME,
                effects.problems.isEmpty() ? Verdict.VALID : effects.bad,
                String.join("; ", effects.seen),
                effects.problems);
    }

    private void stops(Map<String, Integer> counts) {
        seen.add("stops by step " + counts);
        counts.forEach((step, count) -> {
            if (count == 0) {
                problems.add("no member was ever stopped at step " + step);
            }
        });
    }

    private void acks(AckChecker.Counts counts, List<FaultRecord> faults, Counters counters) {
        seen.add("members named as missing: "
                + counts.named().stream().map(Long::toHexString).sorted().toList());
        if (faults.stream().anyMatch(fault -> fault.kind().leavesQuorum()) && counts.withMissing() == 0) {
            problems.add("no write to all ever named a missing member");
        }
        if (faults.stream().anyMatch(fault -> fault.kind() == FaultKind.PARTITION_LEADER) && counts.lost() == 0) {
            problems.add("no accepted write was lost with a leader that was cut off");
        }
        if (counters.acceptedLost() < 0) {
            seen.add("the servers' counters are gone with those that were started again");
            return;
        }
        seen.add(String.format(
                "the servers counted %.0f accepted writes as lost, %.0f as unknown",
                counters.acceptedLost(), counters.acceptedUnknown()));
        boolean tooMany = counters.acceptedLost() > counts.lost() + counts.open();
        boolean tooFew = counts.lost() > counters.acceptedLost() + counters.acceptedUnknown();
        if (tooMany || tooFew) {
            bad = Verdict.INVALID;
            problems.add(counts.lost() + " accepted writes are lost: the servers' counters are wrong");
        }
    }

    private void usefulBound(List<Operation> history) {
        long[] bounds = history.stream()
                .filter(operation ->
                        operation.outcome() == Outcome.OK && !operation.action().mutates())
                .filter(operation -> operation.action().consistency() != Consistency.LINEARIZABLE)
                .map(operation -> operation.known().stalenessMillis())
                .filter(millis -> millis != Answer.UNPROVEN)
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        if (bounds.length == 0) {
            return;
        }
        long median = bounds[bounds.length / 2];
        seen.add(
                "the median bound of a healthy cluster is " + median + " ms, under " + USEFUL_MILLIS + " is asked for");
        if (median >= USEFUL_MILLIS) {
            problems.add("a median bound of " + median + " ms is of no use");
        }
    }
}
