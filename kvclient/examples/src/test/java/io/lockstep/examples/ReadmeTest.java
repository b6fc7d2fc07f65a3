package io.lockstep.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.node.embedded.EmbeddedCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The README's lines of Java compile, run, and print what it says. */
@Timeout(120)
final class ReadmeTest {
    private static final List<String> PORTS = List.of("127.0.0.1:2379", "127.0.0.1:22379", "127.0.0.1:32379");

    @TempDir
    Path directory;

    @Test
    void javaLines_onACluster_printTheValueAndItsStaleness() throws Exception {
        List<String> lines = javaLines();
        assertThat(lines).hasSize(5);
        try (EmbeddedCluster cluster = EmbeddedCluster.start(3)) {
            String code = String.join("\n", lines);
            for (int node = 0; node < PORTS.size(); node++) {
                // The one thing that is changed: where the cluster is.
                assertThat(code).contains(PORTS.get(node));
                code = code.replace("\"" + PORTS.get(node) + "\"", "\"" + cluster.endpoint(node) + "\"");
            }

            assertThat(run(code))
                    .matches("hello: (not stale|at most \\d+ ms stale) \\((linearizable|bounded), member [0-9a-f]+,"
                            + " revision \\d+\\)\n");
        }
    }

    private static List<String> javaLines() throws IOException {
        List<String> readme = Files.readAllLines(Path.of("../../README.md"));
        int begin = readme.indexOf("<!-- java -->");
        int end = begin + readme.subList(begin, readme.size()).indexOf("<!-- end -->");
        assertThat(readme.get(begin + 1)).isEqualTo("```java");
        assertThat(readme.get(end - 1)).isEqualTo("```");
        return readme.subList(begin + 2, end - 1);
    }

    private String run(String code) throws Exception {
        Path source = directory.resolve("Readme.java");
        Files.writeString(
                source,
                "import io.lockstep.api.*;\nimport io.lockstep.client.*;\nimport java.time.Duration;\n"
                        + "public class Readme {\n    public static void main(String[] arguments) {\n" + code
                        + "\n}\n}\n");
        ByteArrayOutputStream complaints = new ByteArrayOutputStream();
        int exitCode = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        complaints,
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        directory.toString(),
                        source.toString());
        assertThat(exitCode).as(complaints.toString(StandardCharsets.UTF_8)).isZero();
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {directory.toUri().toURL()}, getClass().getClassLoader())) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass("Readme").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
