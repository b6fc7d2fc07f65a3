package io.lockstep.jepsen.check;

import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Answer;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Version;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Judges every key of a history as a register of its own. That is sound for operations on single keys: a history is
 * linearizable exactly if each key's part is. It does not look at revisions, so that a server whose revisions lie in a
 * consistent way cannot hide behind them.
 *
 * <p>Stale reads, reads of old revisions and scans are left to the certificate.
 */
public final class RegisterChecker {
    private static final String NAME = "linearizability";

    private final Duration budgetPerKey;

    public RegisterChecker(Duration budgetPerKey) {
        this.budgetPerKey = budgetPerKey;
    }

    public CheckResult check(List<Operation> history, long originNanos) {
        Map<String, List<Call<Register.Use>>> byKey = new TreeMap<>();
        int judged = 0;
        for (Operation operation : history) {
            Register.Use use = useOf(operation);
            if (use != null) {
                byKey.computeIfAbsent(operation.action().key(), key -> new ArrayList<>())
                        .add(new Call<>(
                                use,
                                operation.invokedNanos(),
                                operation.latestEffectNanos(),
                                operation.describe(originNanos)));
                judged++;
            }
        }
        Findings findings = new Findings();
        Linearizability<Register.State, Register.Use> checker = new Linearizability<>(new Register(), budgetPerKey);
        byKey.forEach((key, calls) -> {
            Linearizability.Judgement judgement = checker.judge(calls);
            switch (judgement.verdict()) {
                case VALID -> {}
                case UNKNOWN -> findings.doubt("key %s: %s", key, judgement.explanation());
                case INVALID -> findings.violation("key %s: %s", key, judgement.explanation());
            }
        });
        return findings.result(NAME, judged + " operations on " + byKey.size() + " keys");
    }

    /** Null if the operation says nothing about the register. */
    private static Register.@Nullable Use useOf(Operation operation) {
        boolean known = operation.outcome() == Outcome.OK;
        if (operation.outcome() == Outcome.FAIL
                || (!known && !operation.action().mutates())) {
            return null;
        }
        Action action = operation.action();
        if (action instanceof Action.Read read) {
            return read.consistency() == Consistency.LINEARIZABLE
                    ? new Register.Seen(valueOf(operation.known()))
                    : null;
        }
        if (action instanceof Action.Write write) {
            return new Register.Put(write.value());
        }
        if (action instanceof Action.Delete) {
            return new Register.Cleared(known ? operation.known().succeeded() : null);
        }
        if (action instanceof Action.CompareAndSet swap) {
            if (known && !operation.known().succeeded()) {
                // The failure branch reads the key, which says more than that the comparison did not hold.
                String found = valueOf(operation.known());
                return Objects.equals(found, swap.expected())
                        ? new Register.Swap(swap.expected(), swap.value(), false)
                        : new Register.Seen(found);
            }
            return new Register.Swap(swap.expected(), swap.value(), known ? Boolean.TRUE : null);
        }
        return null;
    }

    private static @Nullable String valueOf(Answer answer) {
        List<Version> versions = answer.versions();
        return versions.isEmpty() ? null : versions.get(0).value();
    }
}
