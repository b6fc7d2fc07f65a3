package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The life of a local cluster of real processes, on ports of its own. */
@Timeout(240)
final class LocalClusterTest {
    /** A blank in the path, since people have such folders. */
    @TempDir
    Path temporary;

    private Path folder;
    private List<Integer> ports;
    private KvRun kv;

    @BeforeEach
    void choosePorts() throws IOException {
        folder = Files.createDirectory(temporary.resolve("my folder"));
        ports = List.of(freePair(), freePair(), freePair());
        kv = new KvRun(Map.of(), folder);
    }

    @AfterEach
    void down() {
        kv.run("down", "--wipe");
    }

    /** A free port whose upper neighbour is free too; below the range that the kernel gives to clients. */
    private static int freePair() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(10_000, 15_000) * 2;
            try (ServerSocket lower = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    ServerSocket upper = new ServerSocket(port + 1, 1, InetAddress.getLoopbackAddress())) {
                if (lower.isBound() && upper.isBound()) {
                    return port;
                }
            } catch (IOException taken) {
                // The next one, then.
            }
        }
    }

    private KvRun.Result up() {
        String list = ports.stream().map(String::valueOf).collect(Collectors.joining(","));
        return kv.run("up", "--client-ports", list, "--wait", "120s");
    }

    private static void assertDone(KvRun.Result result) {
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
    }

    @Test
    void cluster_upWriteKillStartDownUpWipe_keepsWhatWasWritten() throws IOException {
        KvRun.Result first = up();
        assertDone(first);
        assertThat(first.out()).contains("node1 starts", "node3 serves", "Next: kv put");

        KvRun.Result second = up();
        assertDone(second);
        assertThat(second.out()).contains("already runs");

        assertDone(kv.run("put", "greeting", "hello"));
        for (int port : ports) {
            for (String consistency : new String[] {"linearizable", "stale"}) {
                KvRun.Result got =
                        kv.run("get", "greeting", "--endpoints", "127.0.0.1:" + port, "--consistency", consistency);
                assertThat(consistency.equals("stale") || got.out().equals("greeting\nhello\n"))
                        .as(got.out() + got.err())
                        .isTrue();
                assertDone(got);
            }
        }
        dialIsTurned();
        KvRun.Result status = kv.run("status");
        assertDone(status);
        assertThat(status.out()).contains("leader").containsPattern("(?s)follower.*follower");
        assertThat(kv.run("logs", "1").out()).isNotEmpty();

        KvRun.Result killed = kv.run("kill", "leader");
        assertDone(killed);
        assertDone(kv.run("put", "greeting", "again", "--command-timeout", "30s"));
        assertThat(kv.run("status").exitCode()).isEqualTo(1);
        assertDone(kv.run("start", "all", "--wait", "120s"));
        for (int port : ports) {
            assertThat(kv.run("get", "greeting", "--print-value-only", "--endpoints", "127.0.0.1:" + port)
                            .out())
                    .isEqualTo("again\n");
        }
        KvRun.Result hashes = kv.run("endpoint", "hashkv", "--cluster");
        assertDone(hashes);
        assertThat(hashes.out().lines().map(line -> line.split(", ")[1]).distinct())
                .as(hashes.out())
                .hasSize(1);

        assertDone(kv.run("kill", "1"));
        assertDone(kv.run("kill", "2"));
        // If the one that is left led, it takes a moment to notice that it no longer does; a write until then is
        // unknown.
        await().atMost(Duration.ofSeconds(30))
                .until(() -> kv.run("status").out().contains("no leader"));
        KvRun.Result refused = kv.run("put", "greeting", "lost", "--command-timeout", "30s");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .contains("etcdserver: no leader: 2 of 3 endpoints cannot be reached (127.0.0.1:" + ports.get(0))
                .contains("a majority of the members must run");
        assertThat(refused.err().lines()).hasSize(1);
        assertThat(kv.run("get", "greeting", "--print-value-only", "--consistency", "stale")
                        .out())
                .isEqualTo("again\n");

        assertDone(kv.run("down"));
        assertThat(kv.run("status").out()).contains("stopped: kv start 1");
        assertDone(up());
        assertThat(kv.run("get", "greeting", "--print-value-only").out()).isEqualTo("again\n");

        KvRun.Result wiped = kv.run("down", "--wipe");
        assertDone(wiped);
        assertThat(folder.resolve(".lockstep")).doesNotExist();
    }

    private void dialIsTurned() {
        KvRun.Result all = kv.run("put", "greeting", "everywhere", "--ack", "all");
        assertDone(all);
        assertThat(all.err()).as("no member is missing").isEmpty();
        for (int port : ports) {
            KvRun.Result stale = kv.run(
                    "get",
                    "greeting",
                    "--endpoints",
                    "127.0.0.1:" + port,
                    "--consistency",
                    "stale",
                    "--show-staleness");
            assertThat(stale.out()).isEqualTo("greeting\neverywhere\n");
            assertThat(stale.err()).contains("served stale by member");
        }
        KvRun.Result bounded = kv.run("get", "greeting", "--consistency", "bounded:30s", "--show-staleness");
        assertDone(bounded);
        assertThat(bounded.err()).containsPattern("at most \\d+ ms stale \\(served bounded|not stale \\(served linear");
        KvRun.Result future = kv.run("get", "greeting", "--consistency", "revision:999999");
        assertThat(future.exitCode()).isEqualTo(1);
        assertThat(future.err()).contains("future revision");
        assertThat(kv.run("put", "greeting", "hello", "--ack", "accepted").out())
                .isEqualTo("OK\n");
        KvRun.Result lag = kv.run("lag", "--count", "2", "--interval", "100ms");
        assertDone(lag);
        assertThat(lag.out()).contains("STALENESS", "leader").containsPattern("<= \\d+ ms");
        assertThat(lag.out().lines())
                .as("a head and two looks at three members")
                .hasSize(7);
        assertDone(kv.run("put", "greeting", "hello"));
    }

    @Test
    void up_portIsTaken_saysByWhomAndStartsNothing() throws IOException {
        try (ServerSocket taken = new ServerSocket(ports.get(1), 1, InetAddress.getLoopbackAddress())) {
            KvRun.Result result = up();

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err())
                    .contains("port " + taken.getLocalPort() + ", which node2 needs, is taken by pid "
                            + ProcessHandle.current().pid())
                    .contains("java")
                    .contains("--client-ports");
            assertThat(result.err().lines()).hasSize(1);
            assertThat(result.out()).doesNotContain("starts");
        }
    }

    @Test
    void up_otherPortsThanTheClusterHas_isRefused() throws IOException {
        try (ServerSocket taken = new ServerSocket(ports.get(0), 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            up();
            Files.createDirectory(folder.resolve(".lockstep/node1"));

            KvRun.Result result = kv.run("up", "--client-ports", "1000,1010,1020");

            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.err()).contains("kv down --wipe");
        }
    }

    @Test
    void kill_pidFileOfAnotherProcess_killsNobody() throws Exception {
        Process innocent = new ProcessBuilder("sleep", "600").start();
        try (ServerSocket taken = new ServerSocket(ports.get(0), 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            up();
            Path node = Files.createDirectories(folder.resolve(".lockstep/node1"));
            String bootId =
                    Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
            Files.writeString(node.resolve("node.pid"), innocent.pid() + " 1 " + bootId + "\n");

            KvRun.Result killed = kv.run("kill", "1");

            assertThat(killed.exitCode()).isEqualTo(1);
            assertThat(killed.err()).contains("node1 does not run");
            assertThat(innocent.isAlive()).isTrue();
        } finally {
            innocent.destroyForcibly();
        }
    }

    @Test
    void wipe_foldersOfOthers_stay() throws IOException {
        try (ServerSocket taken = new ServerSocket(ports.get(0), 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            up();
        }
        Files.writeString(folder.resolve(".lockstep/notes.txt"), "mine");

        assertDone(kv.run("down", "--wipe"));

        try (Stream<Path> rest = Files.list(folder.resolve(".lockstep"))) {
            assertThat(rest.map(path -> path.getFileName().toString())).containsExactly("notes.txt");
        }
        assertThat(kv.run("status").exitCode()).isEqualTo(1);
    }
}
