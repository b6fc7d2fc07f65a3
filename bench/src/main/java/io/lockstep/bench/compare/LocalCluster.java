package io.lockstep.bench.compare;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.RangeRequest;
import io.lockstep.bench.load.LoadFailedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A cluster of processes on loopback with data in a folder of its own; closing it kills the processes by pid and removes the folder. */
public final class LocalCluster implements AutoCloseable {
    private static final long START_TIMEOUT_SECONDS = 60;
    private static final long POLL_MILLIS = 100;
    private static final int LOG_TAIL_LINES = 20;
    /** A port found free may be taken before the server binds it; then the start is tried again on others. */
    private static final int START_ATTEMPTS = 3;

    private final ServerSystem system;
    private final Path folder;
    private final @Nullable SlowLinks links;
    private final List<Process> processes = new ArrayList<>();
    private final List<String> endpoints = new ArrayList<>();
    private final Thread killAtExit = new Thread(() -> processes.forEach(Process::destroyForcibly));

    private LocalCluster(ServerSystem system, Path folder, @Nullable SlowLinks links) {
        this.system = system;
        this.folder = folder;
        this.links = links;
        Runtime.getRuntime().addShutdownHook(killAtExit);
    }

    /** Starts a cluster below the folder and waits until every member answers a linearizable read. */
    public static LocalCluster start(ServerSystem system, Path parent) throws IOException, InterruptedException {
        return start(system, parent, 0);
    }

    /** @param linkBytesPerSecond what each member's link to the others carries in each direction; 0: no limit */
    public static LocalCluster start(ServerSystem system, Path parent, long linkBytesPerSecond)
            throws IOException, InterruptedException {
        LoadFailedException last = new LoadFailedException(system.label() + " was not started");
        for (int attempt = 0; attempt < START_ATTEMPTS; attempt++) {
            Files.createDirectories(parent);
            LocalCluster cluster = new LocalCluster(
                    system,
                    Files.createTempDirectory(parent, system.label().replace(' ', '-') + "-"),
                    linkBytesPerSecond == 0 ? null : new SlowLinks(linkBytesPerSecond));
            try {
                cluster.launch();
                cluster.awaitReady();
                return cluster;
            } catch (LoadFailedException e) {
                last = e;
                cluster.close();
            } catch (IOException | InterruptedException | RuntimeException e) {
                cluster.close();
                throw e;
            }
        }
        throw last;
    }

    private void launch() throws IOException {
        int members = system.members();
        List<Integer> ports = freePorts(2 * members);
        List<String> initialCluster = new ArrayList<>();
        List<Integer> reachedAt = new ArrayList<>();
        for (int peerPort : ports.subList(members, 2 * members)) {
            reachedAt.add(links == null ? peerPort : links.before(peerPort));
        }
        for (int i = 0; i < members; i++) {
            initialCluster.add("n" + (i + 1) + "=http://127.0.0.1:" + reachedAt.get(i));
        }
        for (int i = 0; i < members; i++) {
            String name = "n" + (i + 1);
            ServerSystem.Member member = new ServerSystem.Member(
                    name,
                    folder.resolve(name),
                    ports.get(i),
                    ports.get(members + i),
                    reachedAt.get(i),
                    String.join(",", initialCluster));
            processes.add(new ProcessBuilder(system.command(member))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log(i).toFile())
                    .start());
            endpoints.add("127.0.0.1:" + ports.get(i));
        }
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return held.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_TIMEOUT_SECONDS);
        for (int i = 0; i < processes.size(); i++) {
            while (!answers(endpoints.get(i))) {
                if (!processes.get(i).isAlive() || System.nanoTime() > deadline) {
                    throw new LoadFailedException(system.label() + " did not start; its log ends with:\n" + logTail(i));
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            }
        }
    }

    private static boolean answers(String endpoint) throws InterruptedException {
        ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + endpoint)
                .usePlaintext()
                .build();
        try {
            KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(1, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("ready"))
                            .build());
            return true;
        } catch (StatusRuntimeException e) {
            return false;
        } finally {
            channel.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
        }
    }

    private Path log(int member) {
        return folder.resolve("n" + (member + 1) + ".log");
    }

    private String logTail(int member) throws IOException {
        List<String> lines = Files.readAllLines(log(member), StandardCharsets.ISO_8859_1);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    }

    public List<String> endpoints() {
        return endpoints;
    }

    /** The members' processes, in the order of the endpoints. */
    public List<ProcessHandle> processes() {
        return processes.stream().map(Process::toHandle).toList();
    }

    /** CPU time and memory of all members together, as the kernel has counted them. */
    ProcessUsage usage() throws IOException {
        ProcessUsage sum = ProcessUsage.NONE;
        for (Process process : processes) {
            sum = sum.plus(ProcessUsage.of(process.pid()));
        }
        return sum;
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        try {
            for (Process process : processes) {
                process.waitFor(20, TimeUnit.SECONDS);
            }
            Runtime.getRuntime().removeShutdownHook(killAtExit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            // The JVM is already ending: the hook runs by itself.
        }
        if (links != null) {
            links.close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new LoadFailedException("the data in " + folder + " could not be removed: " + e.getMessage());
        }
    }
}
