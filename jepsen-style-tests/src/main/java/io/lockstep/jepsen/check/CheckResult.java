package io.lockstep.jepsen.check;

import java.util.List;

/**
 * What a checker found.
 *
 * @param summary one line: how much was judged
 * @param problems reasons for a verdict other than VALID, worst first, bounded
 */
public record CheckResult(String checker, Verdict verdict, String summary, List<String> problems) {
    public CheckResult {
        problems = List.copyOf(problems);
    }
}
