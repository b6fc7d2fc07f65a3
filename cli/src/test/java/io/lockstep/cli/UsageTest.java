package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class UsageTest {
    @TempDir
    Path directory;

    private KvRun.Result run(String... words) {
        return new KvRun(Map.of(), directory).run(words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    get                            | 'KEY'
                    get a --limit x                | --limit
                    get a --bogus                  | --bogus
                    get a b c                      | c
                    get a --prefix --from-key      | choose one
                    get a b --prefix               | --prefix
                    get a --consistency x          | linearizable
                    get a --sort-by x              | CREATE
                    get a --order x                | DESCEND
                    get a -w xml                   | json
                    get a -w json --print-value-only | -w simple
                    get a --limit -1               | --limit is -1
                    get a --command-timeout 5      | 5s
                    get a --command-timeout 0s     | above 0
                    get a --endpoints a:b          | endpoint "a:b"
                    get a --cert x                 | --key
                    get a --cacert /no/such.pem    | /no/such.pem
                    put                            | 'KEY'
                    put a b --lease xyz            | hexadecimal
                    put a b --ignore-value         | VALUE
                    del                            | 'KEY'
                    del a --range                  | END
                    compact                        | 'REVISION'
                    compact x                      | 'x'
                    gte a                          | did you mean "get"
                    endpoint                       | status, health, hashkv
                    endpoint x                     | endpoint status
                    member                         | add, remove, update, promote, list
                    --endpoints a:1                | needs a command
                    up --nodes 2                   | 1, 3 or 5
                    up --client-ports 1,2,3        | used twice
                    up --client-ports 1,3          | one for each
                    up --nodes 3 --client-ports 1  | 3 nodes
                    up --client-ports 70000        | 65534
                    completion fish                | bash
                    certs --days 0                 | --days is 0
                    certs --hosts a_b              | neither a host name nor an IP address
                    certs --hosts 300.1.1.1        | neither a host name nor an IP address
                    certs --ca nowhere             | nowhere
                    check perf --load huge         | s, m, l, xl
                    check perf --duration 5        | 5s
                    check                          | perf
                    """)
    void wrongUse_isOneLineThatNamesTheFault_exitCode2(String words, String named) {
        KvRun.Result result = run(words.split(" "));

        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).startsWith("kv: ").endsWith("\n").contains(named);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bogus(\"a\") = \"1\"\n\n\n\n",
                "ver(\"a\") = \"x\"\n\n\n\n",
                "ver(\"a\") ~ \"1\"\n\n\n\n",
                "nonsense\n\n\n\n",
                "\nfrob k\n\n\n",
                "\nget k --nonsense\n\n\n",
                "\nput k\n\n\n",
                "\nput k \"\\q\"\n\n\n",
            })
    void txn_badInput_isOneLine_exitCode2(String input) {
        KvRun.Result result =
                new KvRun(Map.of("LOCKSTEP_ENDPOINTS", "127.0.0.1:1"), directory).runWithInput(input, "txn");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err().lines()).hasSize(1);
    }

    @Test
    void nobodyListens_isOneLineThatSaysWhatToDo_exitCode1() throws IOException {
        KvRun.Result result = run("get", "a", "--endpoints", "127.0.0.1:" + RealEtcd.freePort());

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).contains("Connection refused").contains("kv up");
    }

    @ParameterizedTest
    @ValueSource(strings = {"down", "status", "logs", "kill 1", "start all"})
    void localCluster_thereIsNone_saysSo(String words) {
        KvRun.Result result = run(words.split(" "));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("there is no local cluster").contains("kv up");
        assertThat(result.err().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "up",
                "down",
                "status",
                "logs",
                "kill",
                "start",
                "get",
                "put",
                "del",
                "txn",
                "compact",
                "endpoint",
                "endpoint status",
                "endpoint health",
                "endpoint hashkv",
                "member list",
                "certs",
                "member add",
                "member remove",
                "member update",
                "member promote",
                "lag",
                "shell",
                "check perf",
                "version",
                "completion"
            })
    void help_ofEveryCommand_hasExamples(String command) {
        KvRun.Result result = run(("help " + command).split(" "));

        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).contains("Usage: kv " + command).contains("Examples:");
    }

    @Test
    void version_saysItsOwnAndTheApis() {
        assertThat(run("version").out()).matches("kv version: \\d+\\.\\d+\\.\\d+\\S*\nAPI version: 3\\.5\n");
    }

    @Test
    void completion_ofBash_isAScriptThatBashCanRead() throws Exception {
        Path script = directory.resolve("completion.bash");
        java.nio.file.Files.writeString(script, run("completion", "bash").out());

        Process bash =
                new ProcessBuilder("bash", "-n", script.toString()).inheritIO().start();

        assertThat(bash.waitFor()).isZero();
        assertThat(java.nio.file.Files.readString(script)).contains("hashkv").contains("--print-value-only");
    }
}
