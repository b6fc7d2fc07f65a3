package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tables that say which test holds something name tests that exist, row by row. */
class NamedTestsTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    @ParameterizedTest
    @ValueSource(strings = {"docs/etcd-bugs.md", "docs/divergence.md"})
    void everyRow_namesTestsThatExist(String page) throws IOException {
        Map<String, String> tests = testSources();
        List<String> wrong = new ArrayList<>();
        int rows = 0;
        for (String line : Files.readAllLines(ROOT.resolve(page))) {
            if (!line.startsWith("| ") || line.startsWith("| bug |") || line.startsWith("| what")) {
                continue;
            }
            rows++;
            String[] cells = line.split("(?<!\\\\)\\|");
            wrong.addAll(problems(cells[cells.length - 1].strip(), tests).stream()
                    .map(problem -> cells[1].strip() + ": " + problem)
                    .toList());
        }
        assertThat(wrong).isEmpty();
        assertThat(rows).isGreaterThan(15);
    }

    private static List<String> problems(String cell, Map<String, String> tests) {
        if (cell.equals("the same")) {
            return List.of();
        }
        List<String> problems = new ArrayList<>();
        String source = null;
        Matcher code = CODE.matcher(cell);
        while (code.find()) {
            String name = code.group(1);
            if (name.endsWith(".txt")) {
                if (!Files.exists(ROOT.resolve("kvnode/src/test/resources/transcripts/" + name))) {
                    problems.add("no transcript " + name);
                }
                continue;
            }
            String method = name;
            if (Character.isUpperCase(name.charAt(0))) {
                String[] parts = name.split("\\.", 2);
                source = tests.get(parts[0]);
                if (source == null) {
                    problems.add("no test " + parts[0]);
                }
                method = parts.length == 1 ? "" : parts[1];
            }
            if (source != null && !method.isEmpty() && !declares(source, method)) {
                problems.add("no method " + name);
            }
        }
        if (source == null && problems.isEmpty()) {
            problems.add("no test is named");
        }
        return problems;
    }

    /** @param method may end in an ellipsis */
    private static boolean declares(String source, String method) {
        return method.endsWith("…")
                ? source.contains("void " + method.substring(0, method.length() - 1))
                : source.contains("void " + method + "(");
    }

    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> modules = Files.walk(ROOT, 3)) {
            for (Path tests : modules.filter(path -> path.endsWith("src/test")).toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    for (Path file : files.filter(path -> path.toString().endsWith("Test.java"))
                            .toList()) {
                        sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
                    }
                }
            }
        }
        return sources;
    }
}
