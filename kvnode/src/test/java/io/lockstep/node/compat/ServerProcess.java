package io.lockstep.node.compat;

import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.lockstep.api.StatusRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One single-node server in a process and a directory of its own; closing it kills the process by its pid and removes the directory. */
final class ServerProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Path MEMORY = Path.of("/dev/shm");
    private static final int LOG_TAIL_LINES = 30;
    /** A port found free may be taken by someone else before the server binds it; then the start is tried again on others. */
    private static final int START_ATTEMPTS = 3;

    private final String label;
    private final Process process;
    private final Path directory;
    private final int clientPort;
    private final Thread killAtExit;

    private ServerProcess(String label, Process process, Path directory, int clientPort) {
        this.label = label;
        this.process = process;
        this.directory = directory;
        this.clientPort = clientPort;
        this.killAtExit = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killAtExit);
    }

    /** How to start a server with this data directory, client URL and peer URL. */
    interface CommandLine {
        List<String> of(Path dataDir, String clientUrl, String peerUrl);
    }

    /** Starts a server and waits until it leads its cluster of one and answers a linearizable read. */
    static ServerProcess start(String label, CommandLine commandLine) {
        IllegalStateException last = new IllegalStateException(label + " was not started");
        for (int attempt = 0; attempt < START_ATTEMPTS; attempt++) {
            ServerProcess server = launch(label, commandLine);
            try {
                server.awaitReady();
                return server;
            } catch (RuntimeException e) {
                last = new IllegalStateException(label + " did not start; its log ends with:\n" + server.logTail(), e);
                server.close();
            }
        }
        throw last;
    }

    private static ServerProcess launch(String label, CommandLine commandLine) {
        try {
            Path directory = newDirectory();
            int[] ports = freePorts(2);
            List<String> command = commandLine.of(
                    directory.resolve("data"), "http://127.0.0.1:" + ports[0], "http://127.0.0.1:" + ports[1]);
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("log").toFile())
                    .start();
            return new ServerProcess(label, process, directory, ports[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** In memory where the system has such a folder: these servers are compared by their answers, and a fsync says nothing. */
    private static Path newDirectory() throws IOException {
        String prefix = "lockstep-compat-";
        return Files.isWritable(MEMORY) ? Files.createTempDirectory(MEMORY, prefix) : Files.createTempDirectory(prefix);
    }

    private static int[] freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            int[] ports = new int[count];
            for (int i = 0; i < count; i++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                ports[i] = socket.getLocalPort();
            }
            return ports;
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private void awaitReady() {
        try (Connection connection = connect()) {
            await(label)
                    .atMost(START_TIMEOUT)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        if (!process.isAlive()) {
                            throw new IllegalStateException(label + " ended with exit code " + process.exitValue());
                        }
                        return leads(connection);
                    });
        }
    }

    private static boolean leads(Connection connection) {
        try {
            return connection.status(StatusRequest.getDefaultInstance()).getLeader() != 0
                    && connection.call(Requests.everything()) instanceof Answer.Given;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    /** What this server is, for messages. */
    String label() {
        return label;
    }

    /** Host and port of the client listener. */
    String endpoint() {
        return "127.0.0.1:" + clientPort;
    }

    Connection connect() {
        return new Connection("127.0.0.1", clientPort);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    String logTail() {
        try (Stream<String> lines =
                Files.lines(directory.resolve("log"), java.nio.charset.StandardCharsets.ISO_8859_1)) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - LOG_TAIL_LINES), all.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
            Runtime.getRuntime().removeShutdownHook(killAtExit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
