package io.lockstep.jepsen.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.jepsen.check.Verdict;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.nemesis.FaultKind;
import io.lockstep.jepsen.nemesis.FaultRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StatisticsTest {
    private static final Operation WRITE = new Operation(
            0, 0, 1, new Action.Write("k", "v"), 10, 20, Outcome.OK, new Answer(2, true, List.of()), null);

    private static FaultRecord fault(long began, long ended, boolean effective) {
        return new FaultRecord(FaultKind.KILL_ONE, List.of(1), began, ended, 0, effective, "detail");
    }

    @Test
    void run_withWritesDuringAnEffectiveFault_isValid() {
        assertThat(Statistics.check(List.of(WRITE), List.of(fault(5, 25, true)), 1)
                        .verdict())
                .isEqualTo(Verdict.VALID);
    }

    @Test
    void run_withAFaultThatDidNothing_isUnknown() {
        assertThat(Statistics.check(List.of(WRITE), List.of(fault(5, 25, false)), 1)
                        .problems())
                .containsExactly("fault without effect: kill-one: detail");
    }

    @Test
    void run_withoutProgressDuringAnyFaultThatLeavesAQuorum_isUnknown() {
        assertThat(Statistics.check(List.of(WRITE), List.of(fault(15, 25, true)), 1)
                        .problems())
                .containsExactly("no write succeeded during any fault that leaves a quorum");
    }

    @Test
    void run_withFewerFaultsThanPlannedOrNothingDone_isUnknown() {
        assertThat(Statistics.check(List.of(), List.of(), 2).problems())
                .containsExactly("nothing was tried", "only 0 of 2 faults were done");
    }

    @Test
    void run_inWhichOneKindNeverSucceeded_isUnknown() {
        Operation failed = new Operation(1, 0, 1, new Action.Delete("k"), 30, 40, Outcome.FAIL, null, "refused");
        assertThat(Statistics.check(List.of(WRITE, failed), List.of(), 0).problems())
                .containsExactly("no delete ever succeeded");
    }
}
