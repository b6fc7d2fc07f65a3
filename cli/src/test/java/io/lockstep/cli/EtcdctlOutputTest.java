package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same commands by {@code kv} and by etcdctl, on the same etcd: the same bytes must come out. */
final class EtcdctlOutputTest {
    @TempDir
    static Path directory;

    private static RealEtcd etcd;
    private static KvRun kv;

    @BeforeAll
    static void start() throws IOException {
        etcd = RealEtcd.start(directory);
        kv = new KvRun(Map.of("LOCKSTEP_ENDPOINTS", etcd.endpoint()), directory);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> kv.run("get", "ready", "--command-timeout", "1s").exitCode() == 0);
    }

    @AfterAll
    static void stop() {
        if (etcd != null) {
            etcd.close();
        }
    }

    @BeforeEach
    void fill() {
        kv.run("del", "--prefix", "");
        kv.run("put", "a", "1");
        kv.run("put", "b/1", "one \"quoted\" \\ line\nnext");
        kv.run("put", "b/2", "tab\tbell\u0007");
        kv.run("put", "b/2", "two");
        kv.run("put", "c\u00ff", "\u00c3\u00a4\u00fe");
    }

    /** Reads change nothing, so both see the same state. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "get a",
                "get a --hex",
                "get nothing",
                "get b/ --prefix",
                "get b/ --prefix --hex",
                "get b --from-key",
                "get a c",
                "get b/ --prefix --keys-only",
                "get b/ --prefix --print-value-only",
                "get b/ --prefix --limit 1",
                "get b/ --prefix --sort-by MODIFY --order DESCEND",
                "get b/ --prefix --sort-by version",
                "get b/ --prefix --consistency s",
                "get a -w json",
                "get b/ --prefix -w json",
                "get b/ --prefix --limit 1 -w json",
                "get nothing -w json",
                "get b --from-key -w json",
                "get b/ --prefix --keys-only -w json",
                "get a -w fields",
                "get b --from-key -w fields",
                "get b --from-key --count-only -w fields",
                "get b/ --prefix --limit 1 -w fields --hex",
                "-w fields get a",
                "--write-out=json get a",
                "member list",
                "member list -w json",
                "member list -w json --hex",
                "member list -w fields",
                "member list -w table",
                "endpoint status",
                "endpoint status -w json",
                "endpoint status -w table",
                "endpoint status -w fields",
                "endpoint status --cluster",
                "endpoint hashkv",
                "endpoint hashkv -w json",
                "endpoint hashkv -w table",
                "endpoint hashkv -w fields",
            })
    void read_everyFormat_isByteForByteEtcdctls(String words) throws Exception {
        RealEtcd.Result expected = etcd.etcdctl("", words.split(" "));
        KvRun.Result result = kv.run(words.split(" "));

        assertThat(expected.exitCode()).as(expected.err()).isZero();
        assertThat(settled(result.out())).isEqualTo(settled(expected.out()));
        assertThat(result.exitCode()).isZero();
    }

    /** Raft's indexes move by themselves, with every linearizable read of a cluster's version for one. */
    private static String settled(String output) {
        return output.replaceAll("\"(raftIndex|raftAppliedIndex)\":\\d+", "\"$1\":N")
                .replaceAll("\"(RaftIndex|RaftAppliedIndex)\" : \\d+", "\"$1\" : N")
                .replaceAll("(, |\\| +)\\d+(, | \\| +)\\d+(, [^,\\n]*$| \\| +\\|)", "$1N$2N$3");
    }

    /** Writes are done by each in turn on the same state before; revisions rise in between and are left out. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "put a 2",
                "put a 2 --prev-kv",
                "put a 2 --prev-kv --hex",
                "put a 2 -w json",
                "put a 2 --prev-kv -w json",
                "put a 2 --prev-kv -w fields",
                "put a --ignore-value",
                "put -- -x -y",
                "del a",
                "del nothing",
                "del b/ --prefix --prev-kv",
                "del b/ --prefix --prev-kv -w json",
                "del b/ --prefix --prev-kv -w fields",
                "del nothing -w json",
                "del a c --range",
                "del b --from-key",
            })
    void write_everyFormat_isEtcdctlsButForRevisions(String words) throws Exception {
        KvRun.Result result = kv.run(words.split(" "));
        fill();
        RealEtcd.Result expected = etcd.etcdctl("", words.split(" "));

        assertThat(expected.exitCode()).as(expected.err()).isZero();
        assertThat(withoutRevisions(result.out())).isEqualTo(withoutRevisions(expected.out()));
        assertThat(result.exitCode()).isZero();
    }

    private static String withoutRevisions(String output) {
        return output.replaceAll("\"(\\w*revision)\":\\d+", "\"$1\":N")
                .replaceAll("\"(\\w*Revision)\" : \\d+", "\"$1\" : N");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mod(\"a\") > \"0\"\n\nput k \"hello \\\"w\"\nget a\ndel nix\nget b/ --prefix --keys-only\n\nget a\n\n",
                "value(\"a\") = \"1\"\nver(\"a\") < \"9\"\n\nput a \"x y\" --prev-kv\n\n\n",
                "val(\"a\") != \"1\"\n\n\nget a c\ndel b/1 --prev-kv\nput q 'single'\n\n",
                "create(\"nix\") = \"0\"\n\nget \"b/\\x31\"\n\n\n",
                "\nput z \"\\u00e4\\t\"\nget z\n\n\n",
            })
    void txn_sameInput_isEtcdctlsOutput(String input) throws Exception {
        for (String format : new String[] {"simple", "json", "fields"}) {
            fill();
            KvRun.Result result = kv.runWithInput(input, "txn", "-w", format);
            fill();
            RealEtcd.Result expected = etcd.etcdctl(input, "txn", "-w", format);

            assertThat(expected.exitCode()).as(expected.err()).isZero();
            assertThat(withoutRevisions(result.out())).isEqualTo(withoutRevisions(expected.out()));
            assertThat(result.exitCode()).isZero();
        }
    }

    @Test
    void txn_interactive_asksLikeEtcdctl() throws Exception {
        String input = "\nget nothing\n\n\n";

        assertThat(kv.runWithInput(input, "txn", "-i").out())
                .isEqualTo(etcd.etcdctl(input, "txn", "-i").out());
    }

    @Test
    void put_valueFromInput_isWrittenAsItIs() throws Exception {
        assertThat(kv.runWithInput("line\nline\n", "put", "stdin").exitCode()).isZero();

        assertThat(kv.run("get", "stdin").out())
                .isEqualTo(etcd.etcdctl("", "get", "stdin").out())
                .isEqualTo("stdin\nline\nline\n\n");
    }

    @Test
    void compact_thenOlderRevision_saysWhatIsWrongInOneLine() throws Exception {
        String revision = kv.run("get", "a", "-w", "fields").out().replaceAll("(?s).*\"Revision\" : (\\d+).*", "$1");

        assertThat(kv.run("compaction", revision).out()).isEqualTo("compacted revision " + revision + "\n");
        KvRun.Result old = kv.run("get", "a", "--rev", "2");

        assertThat(old.exitCode()).isEqualTo(1);
        assertThat(old.err())
                .isEqualTo(
                        "kv: etcdserver: mvcc: required revision has been compacted; that revision is forgotten: ask for"
                                + " a newer one with --rev\n");
    }

    @Test
    void health_oneServerIsAway_printsBothAndFails() throws Exception {
        int nobody = RealEtcd.freePort();

        KvRun.Result result = kv.run("endpoint", "health", "--endpoints", etcd.endpoint() + ",127.0.0.1:" + nobody);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out())
                .contains(etcd.endpoint() + " is healthy: successfully committed proposal: took = ")
                .contains("127.0.0.1:" + nobody + " is unhealthy: failed to commit proposal: ");
        assertThat(result.err()).isEqualTo("kv: 1 of 2 servers cannot read with a quorum\n");
    }
}
