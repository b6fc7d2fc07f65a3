package io.lockstep.jepsen.check;

import java.util.ArrayList;
import java.util.List;

/** Gathers what a checker finds; keeps the first {@link #MAX_KEPT} texts and counts the rest. One thread. */
public final class Findings {
    static final int MAX_KEPT = 25;

    private final List<String> violations = new ArrayList<>();
    private final List<String> doubts = new ArrayList<>();
    private int violationCount;
    private int doubtCount;

    public void violation(String format, Object... arguments) {
        if (violationCount++ < MAX_KEPT) {
            violations.add(String.format(format, arguments));
        }
    }

    public void doubt(String format, Object... arguments) {
        if (doubtCount++ < MAX_KEPT) {
            doubts.add(String.format(format, arguments));
        }
    }

    boolean clean() {
        return violationCount == 0;
    }

    public CheckResult result(String checker, String summary) {
        Verdict verdict = violationCount > 0 ? Verdict.INVALID : doubtCount > 0 ? Verdict.UNKNOWN : Verdict.VALID;
        List<String> all = new ArrayList<>(violations);
        if (violationCount > MAX_KEPT) {
            all.add("and " + (violationCount - MAX_KEPT) + " more violations");
        }
        all.addAll(doubts);
        if (doubtCount > MAX_KEPT) {
            all.add("and " + (doubtCount - MAX_KEPT) + " more doubts");
        }
        return new CheckResult(checker, verdict, summary, all);
    }
}
