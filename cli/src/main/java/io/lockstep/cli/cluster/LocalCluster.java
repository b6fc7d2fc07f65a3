package io.lockstep.cli.cluster;

import io.lockstep.cli.CommandFailed;
import io.lockstep.cli.Console;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The nodes on this machine that live in one folder. Changing calls hold the folder's lock, so that two commands at the same
 * time do not start a node twice.
 */
public final class LocalCluster implements AutoCloseable {
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);
    private static final String LOCK_FILE = "lock";

    private final Path directory;
    private final Console console;
    private final @Nullable FileChannel lock;
    private final ClusterFile file;

    private LocalCluster(Path directory, Console console, @Nullable FileChannel lock, ClusterFile file) {
        this.directory = directory;
        this.console = console;
        this.lock = lock;
        this.file = file;
    }

    /** The cluster in this folder, to change it. */
    public static LocalCluster open(Path directory, Console console) throws IOException {
        ClusterFile file = existing(directory);
        return new LocalCluster(directory, console, lock(directory), file);
    }

    /** The cluster in this folder, to look at it, also while another command changes it. */
    public static LocalCluster look(Path directory, Console console) throws IOException {
        return new LocalCluster(directory, console, null, existing(directory));
    }

    private static ClusterFile existing(Path directory) throws IOException {
        return ClusterFile.read(directory)
                .orElseThrow(() -> new CommandFailed("there is no local cluster in " + directory
                        + ": make one with \"kv up\", or say where with --dir"));
    }

    /**
     * The cluster in this folder, or a new one.
     *
     * @param clientPorts empty: whatever is there, or the given default
     */
    public static LocalCluster openOrCreate(
            Path directory, Optional<List<Integer>> clientPorts, List<Integer> defaultPorts, Console console)
            throws IOException {
        Files.createDirectories(directory);
        FileChannel lock = lock(directory);
        Optional<ClusterFile> found = ClusterFile.read(directory);
        if (found.isPresent()
                && clientPorts.isPresent()
                && !clientPorts.get().equals(found.get().clientPorts())) {
            throw new CommandFailed("the cluster in " + directory + " has "
                    + found.get().size() + " nodes on client ports "
                    + found.get().clientPorts() + ": remove it with \"kv down --wipe\" to make another");
        }
        if (found.isEmpty()) {
            // So that nothing of it is ever committed to somebody's repository.
            Files.writeString(directory.resolve(".gitignore"), "*\n");
            ClusterFile made = new ClusterFile(newToken(), clientPorts.orElse(defaultPorts));
            made.write(directory);
            found = Optional.of(made);
        }
        return new LocalCluster(directory, console, lock, found.get());
    }

    private static boolean neverStarted(Path directory) throws IOException {
        try (DirectoryStream<Path> nodes = Files.newDirectoryStream(directory, "node[0-9]*")) {
            return !nodes.iterator().hasNext();
        }
    }

    private static String newToken() {
        byte[] random = new byte[8];
        new SecureRandom().nextBytes(random);
        return "local-" + HexFormat.of().formatHex(random);
    }

    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(directory.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock taken;
        try {
            taken = channel.tryLock();
        } catch (OverlappingFileLockException sameProcess) {
            taken = null;
        }
        if (taken == null) {
            channel.close();
            throw new CommandFailed("another kv is at work on " + directory + ": wait until it is done");
        }
        return channel;
    }

    public ClusterFile file() {
        return file;
    }

    public List<LocalNode> nodes() {
        List<LocalNode> nodes = new ArrayList<>();
        for (int number = 1; number <= file.size(); number++) {
            nodes.add(new LocalNode(number, directory, file));
        }
        return nodes;
    }

    /** @param text {@code 2} or {@code node2} */
    public LocalNode node(String text) {
        String digits = text.startsWith("node") ? text.substring(4) : text;
        for (LocalNode node : nodes()) {
            if (digits.equals(Integer.toString(node.number()))) {
                return node;
            }
        }
        throw CommandFailed.usage("there is no node \"" + text + "\": the cluster has nodes 1 to " + file.size());
    }

    /** Starts those of the nodes that do not run. @return those that were started */
    public List<LocalNode> start(List<LocalNode> nodes) throws IOException {
        List<LocalNode> stopped =
                nodes.stream().filter(node -> node.pid().isEmpty()).toList();
        for (LocalNode node : stopped) {
            Optional<String> taken = node.portTaken();
            if (taken.isPresent()) {
                throw new CommandFailed(taken.get());
            }
        }
        for (LocalNode node : stopped) {
            if (node.isStale()) {
                console.say(node.name() + " ended without \"kv down\" or \"kv kill\": starting it again");
            }
            long pid = node.start();
            console.say(node.name() + " starts: pid " + pid + ", client port " + node.clientPort());
        }
        return stopped;
    }

    /** Stops all nodes at once, each in order. */
    public int stop() throws IOException {
        List<LocalNode> running =
                nodes().stream().filter(node -> node.pid().isPresent()).toList();
        List<Thread> stopping = new ArrayList<>();
        List<String> killed = Collections.synchronizedList(new ArrayList<>());
        for (LocalNode node : running) {
            Thread thread = new Thread(() -> stopOne(node, killed), "stop-" + node.name());
            thread.start();
            stopping.add(thread);
        }
        for (Thread thread : stopping) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new CommandFailed("interrupted; some nodes may still run: see \"kv status\"");
            }
        }
        for (LocalNode node : nodes()) {
            node.stop(Duration.ZERO);
        }
        killed.forEach(name -> console.error(
                name + " did not stop within " + STOP_PATIENCE.toSeconds() + " s and was killed; its data is safe"));
        return running.size();
    }

    private void stopOne(LocalNode node, List<String> killed) {
        try {
            if (!node.stop(STOP_PATIENCE)) {
                killed.add(node.name());
            }
        } catch (IOException unwritable) {
            console.error("cannot remove the pid file of " + node.name() + ": " + unwritable.getMessage());
        }
    }

    /** Removes what belongs to the cluster, and the folder if nothing else is in it. The nodes must not run. */
    public void wipe() throws IOException {
        for (LocalNode node : nodes()) {
            if (node.pid().isPresent()) {
                throw new CommandFailed(node.name() + " still runs: nothing was removed");
            }
        }
        for (LocalNode node : nodes()) {
            deleteTree(node.directory());
        }
        for (String own : List.of("cluster.properties", ".gitignore", LOCK_FILE)) {
            Files.deleteIfExists(directory.resolve(own));
        }
        boolean empty;
        try (DirectoryStream<Path> rest = Files.newDirectoryStream(directory)) {
            empty = !rest.iterator().hasNext();
        }
        if (empty) {
            Files.delete(directory);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException error) throws IOException {
                if (error != null) {
                    throw error;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() throws IOException {
        if (lock != null) {
            lock.close();
        }
    }
}
