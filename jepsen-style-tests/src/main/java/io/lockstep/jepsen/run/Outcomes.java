package io.lockstep.jepsen.run;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Verdict;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.nemesis.FaultRecord;
import java.nio.file.Path;
import java.util.List;

/** What came of a test. */
public record Outcomes(
        TestOptions options,
        List<Operation> history,
        List<FaultRecord> faults,
        List<CheckResult> results,
        Path folder) {
    public Outcomes {
        history = List.copyOf(history);
        faults = List.copyOf(faults);
        results = List.copyOf(results);
    }

    public Verdict verdict() {
        return results.stream().map(CheckResult::verdict).reduce(Verdict.VALID, Verdict::and);
    }
}
