package io.lockstep.node.compat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real etcd, found by the environment variable ETCD_BIN or on the PATH: the oracle. */
final class EtcdServer {
    private static final Pattern VERSION = Pattern.compile("etcd Version: (\\S+)");

    private EtcdServer() {}

    /** The etcd binary to compare with, or empty where there is none. */
    static Optional<Path> binary() {
        String configured = System.getenv("ETCD_BIN");
        if (configured != null && !configured.isBlank()) {
            Path binary = Path.of(configured);
            if (!Files.isExecutable(binary)) {
                throw new IllegalStateException("ETCD_BIN=" + configured + " is not an executable file");
            }
            return Optional.of(binary);
        }
        return onPath("etcd");
    }

    /** An executable of this name on the PATH. */
    static Optional<Path> onPath(String name) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path candidate = Path.of(folder, name);
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** Starts a single etcd. It does not fsync: the oracle only has to answer, not to survive. */
    static ServerProcess start(Path binary, String... flags) {
        return ServerProcess.start("etcd " + version(binary), (dataDir, clientUrl, peerUrl) -> {
            List<String> command = new ArrayList<>(List.of(binary.toString()));
            command.addAll(clusterOfOne("default", dataDir, clientUrl, peerUrl));
            command.addAll(List.of("--unsafe-no-fsync", "--log-level", "error"));
            command.addAll(List.of(flags));
            return command;
        });
    }

    /** The flags, etcd's and ours alike, of a new cluster with one member. */
    static List<String> clusterOfOne(String name, Path dataDir, String clientUrl, String peerUrl) {
        return List.of(
                "--name",
                name,
                "--data-dir",
                dataDir.toString(),
                "--listen-client-urls",
                clientUrl,
                "--advertise-client-urls",
                clientUrl,
                "--listen-peer-urls",
                peerUrl,
                "--initial-advertise-peer-urls",
                peerUrl,
                "--initial-cluster",
                name + "=" + peerUrl,
                "--initial-cluster-state",
                "new");
    }

    static String version(Path binary) {
        try {
            Process process = new ProcessBuilder(binary.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher matcher = VERSION.matcher(output);
            if (!matcher.find()) {
                throw new IllegalStateException(binary + " --version names no etcd version: " + output);
            }
            return matcher.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
