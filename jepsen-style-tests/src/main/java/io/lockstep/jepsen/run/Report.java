package io.lockstep.jepsen.run;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Verdict;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.nemesis.FaultKind;
import io.lockstep.jepsen.nemesis.FaultRecord;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The closing table, as text. */
public final class Report {

    private Report() {}

    public static String of(Outcomes outcomes) {
        StringBuilder out = new StringBuilder();
        out.append(String.format("%n%-14s %8s %8s %8s%n", "operation", "ok", "failed", "unknown"));
        Statistics.byAction(outcomes.history())
                .forEach((name, counts) -> out.append(String.format(
                        "%-14s %8d %8d %8d%n",
                        name,
                        counts.getOrDefault(Outcome.OK, 0),
                        counts.getOrDefault(Outcome.FAIL, 0),
                        counts.getOrDefault(Outcome.UNKNOWN, 0))));
        out.append(faults(outcomes.faults()));
        out.append(verdicts(outcomes.results()));
        out.append("results: ").append(outcomes.folder()).append(System.lineSeparator());
        return out.toString();
    }

    private static String faults(List<FaultRecord> faults) {
        if (faults.isEmpty()) {
            return String.format("%nno faults%n");
        }
        Map<FaultKind, int[]> counts = new TreeMap<>();
        for (FaultRecord fault : faults) {
            int[] both = counts.computeIfAbsent(fault.kind(), kind -> new int[2]);
            both[fault.effective() ? 0 : 1]++;
        }
        StringBuilder out = new StringBuilder(String.format("%n%-22s %9s %11s%n", "fault", "effective", "ineffective"));
        counts.forEach((kind, both) -> out.append(String.format("%-22s %9d %11d%n", kind.label(), both[0], both[1])));
        return out.toString();
    }

    /** The verdict of each checker, with the reasons. */
    public static String verdicts(List<CheckResult> results) {
        StringBuilder out = new StringBuilder(String.format("%n%-16s %-8s%n", "checker", "verdict"));
        for (CheckResult result : results) {
            out.append(String.format("%-16s %-8s %s%n", result.checker(), result.verdict(), result.summary()));
            result.problems()
                    .forEach(problem -> out.append("  - ").append(problem).append(System.lineSeparator()));
        }
        Verdict all = results.stream().map(CheckResult::verdict).reduce(Verdict.VALID, Verdict::and);
        return out.append(String.format("%nverdict: %s%n", all)).toString();
    }
}
