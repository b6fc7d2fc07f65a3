package io.lockstep.jepsen.run;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Verdict;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.nemesis.FaultRecord;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much a run has shown. A run in which nothing succeeded, or in which a fault did nothing, proves nothing: that is
 * UNKNOWN, however consistent its history.
 */
final class Statistics {
    private static final String NAME = "statistics";

    private Statistics() {}

    static Map<String, Map<Outcome, Integer>> byAction(List<Operation> history) {
        Map<String, Map<Outcome, Integer>> counts = new TreeMap<>();
        for (Operation operation : history) {
            counts.computeIfAbsent(operation.action().name(), name -> new EnumMap<>(Outcome.class))
                    .merge(operation.outcome(), 1, Integer::sum);
        }
        return counts;
    }

    static CheckResult check(List<Operation> history, List<FaultRecord> faults, int plannedFaults) {
        List<String> problems = new ArrayList<>();
        byAction(history).forEach((name, outcomes) -> {
            if (outcomes.getOrDefault(Outcome.OK, 0) == 0) {
                problems.add("no " + name + " ever succeeded");
            }
        });
        if (history.isEmpty()) {
            problems.add("nothing was tried");
        }
        for (FaultRecord fault : faults) {
            if (!fault.effective()) {
                problems.add("fault without effect: " + fault.kind().label() + ": " + fault.detail());
            }
        }
        if (faults.size() < plannedFaults) {
            problems.add("only " + faults.size() + " of " + plannedFaults + " faults were done");
        }
        List<FaultRecord> survivable =
                faults.stream().filter(fault -> fault.kind().leavesQuorum()).toList();
        if (!survivable.isEmpty() && survivable.stream().noneMatch(fault -> writesDuring(history, fault))) {
            problems.add("no write succeeded during any fault that leaves a quorum");
        }
        return new CheckResult(
                NAME,
                problems.isEmpty() ? Verdict.VALID : Verdict.UNKNOWN,
                history.size() + " operations, " + faults.size() + " faults",
                problems);
    }

    private static boolean writesDuring(List<Operation> history, FaultRecord fault) {
        return history.stream()
                .anyMatch(operation -> operation.changedStore()
                        && operation.invokedNanos() > fault.beganNanos()
                        && operation.returnedNanos() < fault.endedNanos());
    }
}
