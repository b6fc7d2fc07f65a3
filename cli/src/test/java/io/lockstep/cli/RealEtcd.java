package io.lockstep.cli;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real etcd with its etcdctl, from {@code ETCD_BIN} or the PATH. */
final class RealEtcd implements AutoCloseable {
    private final Path programs;
    private final Process process;
    private final int port;

    /** What a program printed, and its exit code. */
    record Result(int exitCode, String out, String err) {}

    private RealEtcd(Path programs, Process process, int port) {
        this.programs = programs;
        this.process = process;
        this.port = port;
    }

    static RealEtcd start(Path directory) throws IOException {
        Optional<Path> etcd = find();
        if (etcd.isEmpty()) {
            String what = "no etcd: set ETCD_BIN to the path of an etcd 3.5, or have it on the PATH";
            System.out.println("SKIPPED: " + what);
            if ("true".equals(System.getenv("CI"))) {
                fail(what);
            }
            abort(what);
        }
        int port = freePort();
        String client = "http://127.0.0.1:" + port;
        String peer = "http://127.0.0.1:" + freePort();
        Process process = new ProcessBuilder(
                        etcd.orElseThrow().toString(),
                        "--data-dir=" + directory.resolve("etcd"),
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=default=" + peer)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("etcd.log").toFile())
                .start();
        return new RealEtcd(etcd.orElseThrow().resolveSibling("etcdctl"), process, port);
    }

    private static Optional<Path> find() {
        String named = System.getenv("ETCD_BIN");
        Stream<Path> candidates = named != null && !named.isEmpty()
                ? Stream.of(Path.of(named))
                : Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, "etcd"));
        return candidates.filter(Files::isExecutable).findFirst();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String endpoint() {
        return "127.0.0.1:" + port;
    }

    Result etcdctl(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(programs.toString(), "--endpoints", endpoint()));
        command.addAll(List.of(arguments));
        Process ctl = new ProcessBuilder(command).start();
        ctl.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        ctl.getOutputStream().close();
        String out = new String(ctl.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        String err = new String(ctl.getErrorStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        ctl.waitFor(30, TimeUnit.SECONDS);
        return new Result(ctl.exitValue(), out, err);
    }

    /** An etcdctl that goes on until it is ended. */
    Process etcdctlInto(Path out, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(programs.toString(), "--endpoints", endpoint()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
