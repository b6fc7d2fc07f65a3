package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** etcdctl watch prints the same as with a real etcd: history, what happens meanwhile, and how it ends. */
class EtcdctlWatchTest {
    @TempDir
    Path scratch;

    @Test
    void watch_ofEveryForm_printsTheSame() throws Exception {
        Path etcd = Servers.etcdOrSkip();
        Path etcdctl = etcd.resolveSibling("etcdctl");
        if (!Files.isExecutable(etcdctl)) {
            Servers.skip("SKIPPED: there is no etcdctl beside " + etcd);
        }
        List<String> expected;
        List<String> actual;
        try (ServerProcess oracle = EtcdServer.start(etcd)) {
            expected = watches(etcdctl, oracle.endpoint());
        }
        try (ServerProcess subject = Servers.startSubject()) {
            actual = watches(etcdctl, subject.endpoint());
        }
        assertThat(actual).isEqualTo(expected);
        assertThat(expected.get(0)).contains("PUT\nk/1\none");
    }

    private List<String> watches(Path etcdctl, String endpoint) throws Exception {
        Etcdctl calls = new Etcdctl(etcdctl, scratch.resolve("calls"));
        for (String line : List.of("put k/1 one", "put k/2 two", "put other x", "put k/1 uno", "del k/2")) {
            calls.run(Etcdctl.Command.of(line), endpoint);
        }
        List<String> printed = new ArrayList<>();
        printed.add(watch(etcdctl, endpoint, calls, "k/ --prefix --rev 2"));
        printed.add(watch(etcdctl, endpoint, calls, "k/ --prefix --rev 2 --prev-kv"));
        printed.add(watch(etcdctl, endpoint, calls, "k/1 --rev 2 --prev-kv -w fields"));
        printed.add(watch(etcdctl, endpoint, calls, "k/1 k/3 --rev 2 -w json"));
        calls.run(Etcdctl.Command.of("compaction 4"), endpoint);
        printed.add(watch(etcdctl, endpoint, calls, "k/ --prefix --rev 4 --prev-kv"));
        printed.add(calls.run(Etcdctl.Command.of("watch k/ --prefix --rev 3"), endpoint));
        printed.add(calls.run(Etcdctl.Command.of("watch k/ --prefix --rev 3 -w json"), endpoint));
        return printed;
    }

    /** What it prints until it has printed a change that is made while it runs. */
    private String watch(Path etcdctl, String endpoint, Etcdctl calls, String arguments) throws Exception {
        Path output = scratch.resolve("watch");
        List<String> line = new ArrayList<>(List.of(etcdctl.toString(), "--endpoints", endpoint, "watch"));
        line.addAll(List.of(arguments.split(" ", -1)));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("ETCDCTL_API", "3");
        Process process = builder.redirectOutput(output.toFile())
                .redirectErrorStream(true)
                .start();
        try {
            await().atMost(Duration.ofSeconds(20)).until(() -> Files.size(output) > 0);
            calls.run(Etcdctl.Command.of("put k/1 last"), endpoint);
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                String text = read(output);
                return text.contains("last") || text.contains("bGFzdA==");
            });
            await().atMost(Duration.ofSeconds(20)).until(() -> read(output).endsWith("\n"));
        } finally {
            process.destroyForcibly();
            process.waitFor(10, TimeUnit.SECONDS);
        }
        return arguments + "\n"
                + read(output)
                        .replaceAll("(\"(cluster|member)_id\":|\"(Cluster|Member)ID\" : )\\d+", "$1ID")
                        .replaceAll("(\"raft_term\":|\"RaftTerm\" : )\\d+", "$1N");
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }
}
