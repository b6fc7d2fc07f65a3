package io.lockstep.jepsen.run;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Looks for signs of a crash: in what the servers printed, and in processes that ended by themselves. */
final class ServerLogs {
    private static final int MAX_SHOWN = 10;
    private static final Pattern CRASH =
            Pattern.compile("^panic: |^fatal error: |\"level\":\"(panic|fatal)\"|AssertionError"
                    + "|OutOfMemoryError|StackOverflowError|A fatal error has been detected by the Java Runtime");

    private ServerLogs() {}

    static CheckResult check(List<Path> logs, List<String> surprises) throws IOException {
        List<String> problems = new ArrayList<>(surprises);
        for (Path log : logs) {
            // Not as UTF-8: a killed process may leave half a character.
            try (BufferedReader in = Files.newBufferedReader(log, StandardCharsets.ISO_8859_1)) {
                in.lines()
                        .filter(line -> CRASH.matcher(line).find())
                        .limit(MAX_SHOWN)
                        .forEach(line -> problems.add(log.getFileName() + ": " + line));
            }
        }
        return new CheckResult(
                "server logs",
                problems.isEmpty() ? Verdict.VALID : Verdict.INVALID,
                logs.size() + " logs",
                problems.subList(0, Math.min(MAX_SHOWN, problems.size())));
    }
}
