package io.lockstep.jepsen.cluster;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * What a run owns on this machine, under one number: a folder, an address range, namespaces and an interface. The folder is
 * the claim: two runs never have the same. It names its owner, so that the next run can clear away what a killed one left.
 */
public final class RunFolder {
    private static final Path ROOT = Path.of(System.getProperty("java.io.tmpdir"), "lockstep-jepsen");
    /** 198.18.0.0/15 is set aside for tests between hosts: one /24 for each run. */
    private static final int MAX_RUNS = 512;

    private static final Duration UNOWNED_AFTER = Duration.ofMinutes(1);

    private final int number;
    private final Path path;

    private RunFolder(int number, Path path) {
        this.number = number;
        this.path = path;
    }

    /** Clears away what dead runs left, then claims a free number. */
    public static RunFolder claim() throws IOException {
        Files.createDirectories(ROOT);
        sweep();
        SplittableRandom random = new SplittableRandom();
        for (int attempt = 0; attempt < MAX_RUNS; attempt++) {
            int number = random.nextInt(MAX_RUNS);
            Path path = ROOT.resolve(String.valueOf(number));
            try {
                Files.createDirectory(path);
            } catch (FileAlreadyExistsException taken) {
                continue;
            }
            ProcessHandle self = ProcessHandle.current();
            Files.writeString(path.resolve("owner"), self.pid() + " " + startOf(self));
            return new RunFolder(number, path);
        }
        throw new IOException("no free run number under " + ROOT + ": remove folders of runs that are over");
    }

    private static void sweep() throws IOException {
        List<Path> folders;
        try (Stream<Path> list = Files.list(ROOT)) {
            folders = list.filter(path -> path.getFileName().toString().matches("\\d+"))
                    .toList();
        }
        for (Path folder : folders) {
            if (!isOwned(folder)) {
                new RunFolder(Integer.parseInt(folder.getFileName().toString()), folder).remove();
            }
        }
    }

    private static boolean isOwned(Path folder) throws IOException {
        Path owner = folder.resolve("owner");
        if (!Files.exists(owner)) {
            // Its owner may be about to write the file.
            Instant made = Files.getLastModifiedTime(folder).toInstant();
            return made.plus(UNOWNED_AFTER).isAfter(Instant.now());
        }
        String[] words = Files.readString(owner).split(" ");
        return ProcessHandle.of(Long.parseLong(words[0]))
                .filter(ProcessHandle::isAlive)
                .map(process -> startOf(process).equals(words[1]))
                .orElse(false);
    }

    private static String startOf(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toString).orElse("unknown");
    }

    public Path path() {
        return path;
    }

    /** Name of the switch's namespace, or with a node's number of its host's. */
    String namespace(String host) {
        return "lj-" + number + "-" + host;
    }

    /** The interface in the root namespace through which clients reach the nodes. */
    String clientInterface() {
        return "lj-" + number;
    }

    String address(int host) {
        return "198." + (18 + number / 256) + "." + number % 256 + "." + host;
    }

    /** Ends processes, unmounts, removes namespaces and files: everything that belongs to this number. */
    void remove() throws IOException {
        for (String namespace : namespaces()) {
            for (String pid :
                    Shell.attempt("ip", "netns", "pids", namespace).output().split("\\s+")) {
                if (pid.matches("\\d+")) {
                    Shell.attempt("kill", "-KILL", pid);
                }
            }
        }
        for (Path mount : mounts()) {
            unmount(mount);
        }
        Shell.attempt("ip", "link", "del", clientInterface());
        for (String namespace : namespaces()) {
            Shell.attempt("ip", "netns", "del", namespace);
        }
        deleteTree(path);
    }

    private List<String> namespaces() {
        String prefix = namespace("");
        return Shell.attempt("ip", "netns", "list")
                .output()
                .lines()
                .map(line -> line.split(" ")[0])
                .filter(name -> name.startsWith(prefix))
                .toList();
    }

    private List<Path> mounts() throws IOException {
        return Files.readAllLines(Path.of("/proc/mounts")).stream()
                .map(line -> Path.of(line.split(" ")[1]))
                .filter(mount -> mount.startsWith(path))
                .toList();
    }

    /** A process that was just killed can hold its mount for a moment. */
    static void unmount(Path mount) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        Shell.Result result = Shell.attempt("umount", mount.toString());
        while (!result.ok() && System.nanoTime() - deadline < 0) {
            Pause.millis(50);
            result = Shell.attempt("umount", mount.toString());
        }
        if (!result.ok()) {
            throw new IllegalStateException("cannot unmount " + mount + ": " + result.output());
        }
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> walk = Files.walk(root)) {
            deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : deepestFirst) {
            Files.deleteIfExists(each);
        }
    }
}
