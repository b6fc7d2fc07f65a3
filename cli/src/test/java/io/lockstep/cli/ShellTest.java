package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.cli.shell.Editor;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code kv shell} without a terminal, on one real node; {@link ShellTerminalTest} has the terminal. */
@Timeout(120)
final class ShellTest {
    @TempDir
    static Path directory;

    private static EmbeddedCluster cluster;

    @BeforeAll
    static void start() {
        cluster = EmbeddedCluster.start(1);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static KvRun.Result script(String lines, String... options) {
        String[] words = new String[options.length + 1];
        words[0] = "shell";
        System.arraycopy(options, 0, words, 1, options.length);
        return new KvRun(Map.of("LOCKSTEP_ENDPOINTS", cluster.endpoint(0)), directory).runWithInput(lines, words);
    }

    @Test
    void script_commands_runOneAfterTheOther() {
        KvRun.Result result = script("""
                # a comment, and an empty line

                put 'my key' "a value"
                kv get 'my key'
                put lines 'one
                two'
                get lines --print-value-only
                del "my key"
                """);

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("OK\nmy key\na value\nOK\none\ntwo\n1\n");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void script_bytesThatAreNoText_stayAsTheyAre() {
        KvRun.Result result = script("put k \u00e4\u20ac\nget k --hex\n");

        assertThat(result.out()).isEqualTo("OK\n\\x6b\n\\xc3\\xa4\\xe2\\x82\\xac\n");
    }

    @Test
    void script_commandThatReadsInput_readsTheLinesBehindIt() {
        KvRun.Result result = script("""
                txn
                mod("absent") = "0"

                put from-txn yes

                put from-txn no

                get from-txn
                put rest
                all that
                follows
                """);

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("SUCCESS\n\nOK\nfrom-txn\nyes\nOK\n");
        assertThat(script("get rest").out()).isEqualTo("rest\nall that\nfollows\n\n");
    }

    @Test
    void script_commandFails_othersRunAndItsExitCodeIsTold() {
        KvRun.Result result = script("get\nput after it\nput a b --lease 1234\n");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.out()).isEqualTo("OK\n");
        assertThat(result.err().lines()).hasSize(2).allMatch(line -> line.startsWith("kv: "));
    }

    @Test
    void script_withStop_endsAtTheFirstFailure() {
        KvRun.Result result = script("put a b --lease 1234\nput stopped it\n", "--stop");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(script("get stopped").out()).isEmpty();
    }

    @Test
    void exit_withACode_endsWithIt() {
        assertThat(script("exit 7\nput exited no\n").exitCode()).isEqualTo(7);
        assertThat(script("get exited\nexit\n").exitCode()).isZero();
        assertThat(script("gte\nquit\n").exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit x", "exit 1 2", "shell", "get 'open", "get a | wc", "nonsense", "get --bogus x"})
    void script_wrongLine_isOneErrorLine_exitCode2(String line) {
        KvRun.Result result = script(line + "\n");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).startsWith("kv: ");
    }

    @Test
    void script_passwordNeeded_saysSoAndTakesNoLineForIt() {
        KvRun.Result shell = script("put a b\n", "--user", "root");
        KvRun.Result command = script("put a b --user root\nput not-a-password yes\nget not-a-password\n");

        assertThat(shell.exitCode()).isEqualTo(2);
        assertThat(shell.err()).contains("no terminal").contains("--password");
        assertThat(command.err().lines()).hasSize(1);
        assertThat(command.out()).isEqualTo("OK\nnot-a-password\nyes\n");
    }

    @Test
    void put_valueAndPasswordFromInput_isRefusedInOneLine() {
        KvRun kv = new KvRun(Map.of("LOCKSTEP_ENDPOINTS", cluster.endpoint(0)), directory);

        for (String[] words : new String[][] {{"put", "a", "--user", "root"}, {"txn", "--user", "root"}}) {
            KvRun.Result result = kv.runWithInput("secret\nvalue\n", words);

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err().lines()).hasSize(1);
            assertThat(result.err()).contains("standard input is read for something else", "--password");
        }
        assertThat(kv.runWithInput("secret\n", "put", "a", "b", "--user", "root")
                        .err())
                .doesNotContain("standard input");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "user add ann:secret",
                "user add 'ann:secret'",
                "user add ann --new-user-password secret",
                "get a --user root:secret",
                "--user=root:secret get a",
                "get a --user root --password secret",
                "get a --pass\"word\" secret",
                "get a --password=secret",
                "get 'not closed --password secret",
            })
    void secrets_inALine_areSeen(String line) {
        assertThat(Secrets.areIn(line)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"get a:b", "user add ann", "user add ann --no-password", "get a --user root", "put password x"})
    void secrets_none_lineMayBeRemembered(String line) {
        assertThat(Secrets.areIn(line)).isFalse();
    }

    @Test
    void completion_knowsCommandsOptionsValuesAndKeys() {
        script("put user/ann 1\nput 'user/bob smith' 2\nput --  -dash 3\nput other 4\n");
        Connection options = new Connection();
        options.endpoints = cluster.endpoint(0);
        try (Shared shared = new Shared(options, Optional.empty());
                PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream())) {
            Completions completions = new Completions(
                    new Console(
                            new ByteArrayInputStream(new byte[0]),
                            nowhere,
                            nowhere,
                            Map.of(),
                            directory,
                            false,
                            Optional.of(shared)),
                    shared);

            assertThat(found(completions, "ge")).containsExactly("get");
            assertThat(found(completions, ""))
                    .contains("watch", "lease", "exit")
                    .doesNotContain("shell");
            assertThat(found(completions, "", "lease")).contains("grant", "keep-alive");
            assertThat(found(completions, "--pre", "get")).containsExactly("--prefix");
            assertThat(found(completions, "--pre", "get", "--prefix")).isEmpty();
            assertThat(found(completions, "j", "get", "a", "-w")).containsExactly("json");
            assertThat(found(completions, "user/", "get")).containsExactly("user/ann", "user/bob smith");
            assertThat(found(completions, "user/", "kv", "watch", "--prefix")).hasSize(2);
            assertThat(found(completions, "", "get")).contains("other").doesNotContain("-dash");
            assertThat(found(completions, "user/", "put", "key")).isEmpty();
            assertThat(found(completions, "user/", "lease", "grant")).isEmpty();
        }
    }

    private static List<String> found(Completions completions, String begun, String... words) {
        return completions.of(new Editor.Begun(List.of(words), begun)).words();
    }
}
