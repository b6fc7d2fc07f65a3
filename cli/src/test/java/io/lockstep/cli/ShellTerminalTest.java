package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.client.KvClient;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code kv shell} as a process at a real pseudo-terminal, which {@code script} makes. */
@Timeout(180)
final class ShellTerminalTest {
    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String PROMPT = "> ";
    private static final char CTRL_C = 3;
    private static final char CTRL_D = 4;

    @TempDir
    Path directory;

    /** A shell, and all that it has shown so far. */
    private static final class Session implements AutoCloseable {
        private final Process process;
        private final StringBuffer shown = new StringBuffer();
        private int seen;

        Session(Path directory, String endpoint) throws IOException {
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
            ProcessBuilder builder = new ProcessBuilder(
                    SCRIPT.toString(),
                    "--quiet",
                    "--return",
                    "--flush",
                    "--command",
                    // What runs in the background ignores Ctrl-C, and so does what it starts, if nothing is said.
                    "stty rows 40 cols 120; exec env --default-signal=INT " + java
                            + " -XX:TieredStopAtLevel=1 -Dkv.process=true"
                            + " -Dcom.google.protobuf.use_unsafe_pre22_gencode=true -cp '" + classPath
                            + "' io.lockstep.cli.Kv shell --endpoints " + endpoint,
                    "/dev/null");
            builder.directory(directory.toFile()).redirectErrorStream(true);
            builder.environment().put("TERM", "xterm");
            builder.environment().put("XDG_STATE_HOME", directory.toString());
            process = builder.start();
            Thread reading = new Thread(() -> read(process.getInputStream()), "shown");
            reading.setDaemon(true);
            reading.start();
        }

        private void read(InputStream from) {
            try {
                byte[] some = new byte[4096];
                for (int count = from.read(some); count >= 0; count = from.read(some)) {
                    shown.append(new String(some, 0, count, StandardCharsets.ISO_8859_1));
                }
            } catch (IOException closed) {
                // The process has ended.
            }
        }

        void type(String keys) throws IOException {
            seen = shown.length();
            OutputStream to = process.getOutputStream();
            to.write(keys.getBytes(StandardCharsets.UTF_8));
            to.flush();
        }

        /** Until this was shown after what was typed last. */
        void shows(String... texts) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(since()).contains(texts));
        }

        private String since() {
            return shown.substring(seen).replaceAll("\u001b\\[[0-9;?]*[a-zA-Z]|\u001b[=>]", "");
        }

        int end() throws InterruptedException {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(since())
                    .isTrue();
            return process.exitValue();
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @Test
    void shell_atATerminal_completesRemembersAndOutlivesCtrlC() throws Exception {
        assumeTrue(Files.isExecutable(SCRIPT), "there is no /usr/bin/script to make a terminal");
        try (EmbeddedCluster cluster = EmbeddedCluster.start(1);
                KvClient client =
                        KvClient.builder().endpoints(cluster.endpoint(0)).build()) {
            try (Session shell = new Session(directory, cluster.endpoint(0))) {
                shell.shows("kv " + cluster.endpoint(0), PROMPT);

                shell.type("put 'my greeting' hello\r");
                shell.shows("OK", PROMPT);
                shell.type("ge\tmy\t--print-value-only\r");
                shell.shows("get my\\ greeting --print-value-only", "hello\r\n", PROMPT);

                shell.type("watch a\r");
                await().atMost(PATIENCE).until(() -> {
                    client.sync().put("a", "seen");
                    return shell.since().contains("PUT\r\na\r\nseen\r\n");
                });
                shell.type(Character.toString(CTRL_C));
                shell.shows(PROMPT);
                assertThat(shell.since()).as("the watch ended at once").doesNotContain("left behind");

                shell.type("given up" + CTRL_C);
                shell.shows(PROMPT);
                shell.type("get a --user root:secret\r");
                shell.shows("seen\r\n", PROMPT);
                shell.type("txn\r");
                shell.type("\r");
                shell.type("put typed 'in quotes'\r\r\r");
                shell.shows("SUCCESS", "OK", PROMPT);
                shell.type("nonsense\r");
                shell.shows("kv: there is no command", PROMPT);
                shell.type(Character.toString(CTRL_D));

                assertThat(shell.end()).isEqualTo(2);
            }
            assertThat(client.sync().get("typed").getKvs(0).getValue().toStringUtf8())
                    .isEqualTo("in quotes");
        }
        Path history = directory.resolve("lockstep").resolve("kv-history");
        List<String> remembered = Files.readAllLines(history);
        assertThat(remembered)
                .contains("put 'my greeting' hello", "watch a", "txn", "nonsense")
                .noneMatch(line -> line.contains("secret") || line.contains("given up") || line.contains("typed"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history)))
                .isEqualTo("rw-------");
    }
}
