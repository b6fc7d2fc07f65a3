package io.lockstep.cli.cluster;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One node of the local cluster: its folder, its ports, its process. */
public final class LocalNode {
    private static final String MAIN_CLASS = "io.lockstep.node.Main";

    private final int number;
    private final Path directory;
    private final ClusterFile cluster;

    LocalNode(int number, Path clusterDirectory, ClusterFile cluster) {
        this.number = number;
        this.directory = clusterDirectory.resolve("node" + number);
        this.cluster = cluster;
    }

    public int number() {
        return number;
    }

    public String name() {
        return "node" + number;
    }

    public int clientPort() {
        return cluster.clientPort(number);
    }

    public String endpoint() {
        return "127.0.0.1:" + clientPort();
    }

    Path directory() {
        return directory;
    }

    /** The node's log, which it rotates itself. */
    public Path log() {
        return directory.resolve("log").resolve("node.log");
    }

    /** What the process prints past its log: why it refuses to start, or how the JVM died. */
    private Path console() {
        return directory.resolve("log").resolve("console.log");
    }

    private Path pidFile() {
        return directory.resolve("node.pid");
    }

    /** The process, if it runs. */
    public Optional<Long> pid() {
        return PidFile.read(pidFile()).filter(PidFile::isAlive).map(PidFile::pid);
    }

    /** Whether it was started and ended without our doing. */
    public boolean isStale() {
        return Files.exists(pidFile()) && pid().isEmpty();
    }

    /** Why this node cannot have its ports, if it cannot. */
    Optional<String> portTaken() {
        for (int port : List.of(clientPort(), cluster.peerPort(number))) {
            try (ServerSocket probe = new ServerSocket()) {
                // As servers bind: ports that only linger after a stop are free.
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
            } catch (IOException taken) {
                String owner = ProcFs.listener(port)
                        .map(process -> "by pid " + process.pid() + " (" + process.command() + ")")
                        .orElse("by a process that this user cannot see");
                return Optional.of("port " + port + ", which " + name() + " needs, is taken " + owner
                        + ": stop it, or choose other ports with \"kv up --client-ports\"");
            }
        }
        return Optional.empty();
    }

    /** Starts the process in a session of its own, so that it outlives the terminal. @return its pid */
    long start() throws IOException {
        Files.createDirectories(log().getParent());
        ProcessBuilder builder = new ProcessBuilder(command())
                .directory(directory.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(console().toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LOCKSTEP_") || name.startsWith("ETCD_"));
        Process process = builder.start();
        PidFile.of(process.pid()).write(pidFile());
        return process.pid();
    }

    private List<String> command() throws IOException {
        List<String> command = new ArrayList<>();
        command.add("setsid");
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(NodeJvm.flags(directory));
        command.add("-Dlockstep.log.file=" + log());
        command.add("-cp");
        command.add(NodeJvm.classPath());
        command.add(MAIN_CLASS);
        String client = "http://" + endpoint();
        String peer = "http://127.0.0.1:" + cluster.peerPort(number);
        command.addAll(List.of("--name", name()));
        command.addAll(List.of("--data-dir", directory.resolve("data").toString()));
        command.addAll(List.of("--listen-client-urls", client, "--advertise-client-urls", client));
        command.addAll(List.of("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer));
        command.addAll(List.of("--initial-cluster", cluster.initialCluster()));
        command.addAll(List.of("--initial-cluster-state", "new", "--initial-cluster-token", cluster.token()));
        return command;
    }

    /**
     * Ends the process: asks it first, and takes the right to go on away after {@code patience}.
     *
     * @return false when it had to be killed
     */
    boolean stop(Duration patience) throws IOException {
        boolean gone = end(false, patience);
        if (!gone) {
            end(true, Duration.ofSeconds(10));
        }
        Files.deleteIfExists(pidFile());
        return gone;
    }

    /** As a crash ends it: the process does not learn of it. @return the pid that it had, or empty if none ran */
    public Optional<Long> kill() throws IOException {
        Optional<Long> pid = pid();
        if (pid.isPresent()) {
            end(true, Duration.ofSeconds(10));
        }
        Files.deleteIfExists(pidFile());
        return pid;
    }

    private boolean end(boolean forcibly, Duration patience) {
        Optional<ProcessHandle> process = pid().flatMap(ProcessHandle::of);
        if (process.isEmpty()) {
            return true;
        }
        try {
            boolean asked =
                    forcibly ? process.get().destroyForcibly() : process.get().destroy();
            if (asked) {
                process.get().onExit().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            }
            return pid().isEmpty();
        } catch (TimeoutException | ExecutionException stillThere) {
            return pid().isEmpty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The last line that it printed or logged, to say why it ended. */
    String lastWords() {
        try {
            for (Path file : List.of(console(), log())) {
                List<String> lines = LogTail.lastLines(file, 20);
                for (int i = lines.size() - 1; i >= 0; i--) {
                    if (!lines.get(i).isBlank() && !lines.get(i).startsWith("\tat ")) {
                        return lines.get(i).strip();
                    }
                }
            }
        } catch (IOException unreadable) {
            return "its log cannot be read: " + unreadable.getMessage();
        }
        return "its log is empty";
    }
}
