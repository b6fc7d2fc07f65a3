package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** etcdctl prints the same, called in the same way, as with a real etcd. */
class EtcdctlTest {
    private static final List<String> FORMATS = List.of("simple", "json", "fields");
    private static final List<String> FORMATS_OF_ENDPOINTS = List.of("simple", "json", "fields", "table");

    @TempDir
    Path scratch;

    @Test
    void etcdctl35_ofEveryCommand_printsTheSame() {
        Path etcd = Servers.etcdOrSkip();
        Path etcdctl = etcd.resolveSibling("etcdctl");
        if (!Files.isExecutable(etcdctl)) {
            Servers.skip("SKIPPED: there is no etcdctl beside " + etcd);
        }
        assertSameOutput(etcdctl, etcd);
    }

    /** Runs where ETCDCTL_34_BIN names an etcdctl 3.4; the tests' machines need not have one. */
    @Test
    void etcdctl34_ofEveryCommand_printsTheSame() {
        Path etcd = Servers.etcdOrSkip();
        String etcdctl = System.getenv("ETCDCTL_34_BIN");
        if (etcdctl == null || etcdctl.isBlank()) {
            System.out.println("not run: ETCDCTL_34_BIN is not set");
            return;
        }
        assertSameOutput(Path.of(etcdctl), etcd);
    }

    private void assertSameOutput(Path binary, Path etcd) {
        Etcdctl etcdctl = new Etcdctl(binary, scratch);
        List<String> differences = new ArrayList<>();
        try (ServerProcess subject = Servers.startSubject();
                ServerProcess oracle = EtcdServer.start(etcd)) {
            for (Etcdctl.Command command : script()) {
                String expected = etcdctl.run(command, oracle.endpoint());
                String actual = etcdctl.run(command, subject.endpoint());
                if (!expected.equals(actual)) {
                    differences.add(command + "\n--- " + oracle.label() + "\n" + expected + "\n--- " + subject.label()
                            + "\n" + actual + "\n");
                }
            }
        }
        assertThat(differences).as("\n" + String.join("\n", differences)).isEmpty();
    }

    private static List<Etcdctl.Command> script() {
        List<Etcdctl.Command> script = new ArrayList<>();
        // Before the first compaction: etcd's compact revision is -1 then.
        inFormats(script, "endpoint hashkv", FORMATS_OF_ENDPOINTS);
        for (String key : List.of("a", "aa", "ab", "b", "c")) {
            script.add(Etcdctl.Command.of("put " + key + " value-of-" + key));
        }
        lines(script, "put a 2 --prev-kv", "put a --ignore-value", "put a 3 --ignore-lease", "put n 1 --ignore-lease");
        lines(script, "put a --ignore-value --prev-kv -w json", "put b 2 --lease 1234", "put b 2 --prev-kv -w fields");
        script.add(new Etcdctl.Command(List.of("put", "fromInput"), "several words"));
        script.add(new Etcdctl.Command(List.of("put", "", "x"), ""));
        inFormats(script, "get a", FORMATS);
        inFormats(script, "get a --prefix", FORMATS);
        inFormats(script, "get missing", FORMATS);
        lines(
                script,
                "get a -w table",
                "get a --hex",
                "get a --hex -w json",
                "get a --print-value-only",
                "get a b",
                "get a ac");
        lines(script, "get b --from-key", "get a --prefix --limit 2", "get a --prefix --limit 2 -w json");
        lines(
                script,
                "get a --prefix --keys-only",
                "get a --prefix --count-only",
                "get a --prefix --count-only -w fields");
        for (String target : List.of("CREATE", "KEY", "MODIFY", "VALUE", "VERSION")) {
            for (String order : List.of("ASCEND", "DESCEND")) {
                lines(script, "get --prefix a --sort-by " + target + " --order " + order);
            }
        }
        lines(script, "get a --consistency s", "get a --consistency l", "get a --consistency x", "get a --rev 2");
        lines(
                script,
                "get a --prefix --rev 4 -w json",
                "get a --rev 1000",
                "get a --rev -1",
                "get a --prefix --from-key");
        String update = "value(\"a\") = \"3\"\nversion(\"b\") > \"0\"\n\nput b 7\nget b\n\nput c 8\n\n";
        String elseBranch = "mod(\"a\") = \"1\"\n\nput b 9\n\nget a --prefix\ndel c\n\n";
        for (String format : FORMATS) {
            script.add(new Etcdctl.Command(List.of("txn", "-w", format), update));
            script.add(new Etcdctl.Command(List.of("txn", "-w", format), elseBranch));
        }
        script.add(new Etcdctl.Command(List.of("txn"), "create(\"z\") = \"0\"\n\nput z 1\nput z 2\n\n\n"));
        // No compare of a lease: etcdctl itself panics on it.
        inFormats(script, "endpoint status", FORMATS_OF_ENDPOINTS);
        inFormats(script, "endpoint health", FORMATS_OF_ENDPOINTS);
        inFormats(script, "endpoint hashkv", FORMATS_OF_ENDPOINTS);
        inFormats(script, "member list", FORMATS_OF_ENDPOINTS);
        lines(script, "member list --hex", "member list --hex -w json", "endpoint status --cluster");
        lines(script, "del a --prev-kv", "del aa --prev-kv -w json", "del missing", "del b c", "put a 1", "put ab 1");
        lines(script, "del a --prefix --prev-kv -w fields", "put a 1", "put q 1", "del q --from-key", "del a -w json");
        lines(script, "compaction 5", "compaction 5", "compaction 3", "compaction 1000", "compaction 6 --physical");
        lines(script, "get a --rev 2", "get a --prefix --rev 6 -w json");
        inFormats(script, "endpoint hashkv --rev 9", List.of("simple", "json"));
        return script;
    }

    private static void lines(List<Etcdctl.Command> script, String... lines) {
        for (String line : lines) {
            script.add(Etcdctl.Command.of(line));
        }
    }

    private static void inFormats(List<Etcdctl.Command> script, String line, List<String> formats) {
        for (String format : formats) {
            script.add(Etcdctl.Command.of(line + " -w " + format));
        }
    }
}
