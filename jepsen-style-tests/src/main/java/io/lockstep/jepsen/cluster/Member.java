package io.lockstep.jepsen.cluster;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One server process, with signals. Killed and started many times in a run; all its lives write to one log.
 *
 * <p>The lock orders the nemesis thread, the runner and the JVM's shutdown hook.
 */
final class Member {
    private static final Duration SIGNAL_EFFECT = Duration.ofSeconds(5);

    private final ServerKind.Address address;
    private final String namespace;
    private final Program program;
    private final Path log;
    final Disk disk;

    private @Nullable Process process;
    private boolean expectedDown = true;
    private final List<String> surprises = new ArrayList<>();
    private final List<Long> startedNanos = new ArrayList<>();

    /** The process: what it is, and what it finds in its environment. */
    record Program(List<String> command, Map<String, String> environment) {
        Program {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }
    }

    Member(ServerKind.Address address, String namespace, Program program, Path log, Disk disk) {
        this.address = address;
        this.namespace = namespace;
        this.program = program;
        this.log = log;
        this.disk = disk;
    }

    ServerKind.Address address() {
        return address;
    }

    Path log() {
        return log;
    }

    /** Starts the process if it does not run. */
    synchronized void start() throws IOException {
        if (isAlive()) {
            return;
        }
        noteSurprise();
        List<String> full = new ArrayList<>();
        // Not "ip netns exec": that gives the process its own copies of all mounts, and a node's disk could then not be
        // unmounted while any other node runs. nsenter replaces itself: the process that we hold is the server's.
        full.addAll(List.of("nsenter", "--net=/run/netns/" + namespace));
        full.addAll(program.command());
        ProcessBuilder builder = new ProcessBuilder(full)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().putAll(program.environment());
        startedNanos.add(System.nanoTime());
        process = builder.start();
        expectedDown = false;
    }

    private void noteSurprise() {
        if (process != null && !process.isAlive() && !expectedDown) {
            surprises.add(address.name() + " ended by itself with code " + process.exitValue());
        }
    }

    synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Of the process itself; 0 if it does not run. */
    synchronized long residentBytes() {
        if (process == null || !process.isAlive()) {
            return 0;
        }
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
                }
            }
        } catch (IOException e) {
            return 0; // it is gone
        }
        return 0;
    }

    /** When each of its lives began, by the harness' clock, just before. */
    synchronized List<Long> startedNanos() {
        return List.copyOf(startedNanos);
    }

    /** Ends of the process that nobody asked for. */
    synchronized List<String> surprises() {
        noteSurprise();
        expectedDown |= process != null && !process.isAlive();
        return List.copyOf(surprises);
    }

    /** SIGKILL, and waits for the end. Returns false if it was not running, or does not end. */
    synchronized boolean kill() {
        if (process == null || !process.isAlive()) {
            return false;
        }
        expectedDown = true;
        signal("KILL");
        try {
            return process.waitFor(SIGNAL_EFFECT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** SIGSTOP, and waits until the kernel shows it as stopped. */
    synchronized boolean pause() {
        return isAlive() && signal("STOP") && awaitStopped(true);
    }

    /** SIGCONT, and waits until it runs. */
    synchronized boolean resume() {
        return isAlive() && signal("CONT") && awaitStopped(false);
    }

    /** To the process and its children: a launcher may not replace itself by the server. */
    private boolean signal(String name) {
        if (process == null) {
            return false;
        }
        List<String> pids = Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .map(handle -> String.valueOf(handle.pid()))
                .toList();
        List<String> signal = new ArrayList<>(List.of("kill", "-" + name));
        signal.addAll(pids);
        return Shell.attempt(signal.toArray(String[]::new)).ok();
    }

    private boolean awaitStopped(boolean stopped) {
        long deadline = System.nanoTime() + SIGNAL_EFFECT.toNanos();
        while (isStopped() != stopped) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Pause.millis(5);
        }
        return true;
    }

    synchronized boolean isStopped() {
        if (process == null) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
        } catch (IOException e) {
            return false; // it is gone
        }
    }
}
