package io.lockstep.cli.cluster;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * What a local cluster is made of, in {@code cluster.properties} in its folder. Written once, when the cluster is made; the
 * members' data holds the same addresses, so it never changes.
 *
 * @param token tells this cluster from others made in the same place
 * @param clientPorts of node 1, node 2, ...; each peer port is one above
 */
public record ClusterFile(String token, List<Integer> clientPorts) {
    public static final String FOLDER = ".lockstep";
    public static final String FILE = "cluster.properties";
    private static final String FORMAT = "1";

    /** A local cluster's endpoints, if there is one in this folder. */
    public static Optional<List<String>> endpointsIn(Path folder) {
        try {
            return read(folder.resolve(FOLDER)).map(ClusterFile::endpoints);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Empty: there is no cluster in this folder. */
    public static Optional<ClusterFile> read(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        String format = properties.getProperty("format", "");
        if (!format.equals(FORMAT)) {
            throw new IOException(file + " has format \"" + format + "\", and this kv knows " + FORMAT
                    + ": use the kv that made it, or remove the folder");
        }
        List<Integer> ports = new ArrayList<>();
        try {
            Arrays.stream(properties.getProperty("client-ports", "").split(","))
                    .map(Integer::parseInt)
                    .forEach(ports::add);
        } catch (NumberFormatException bad) {
            throw new IOException(file + " is damaged: client-ports is \"" + properties.getProperty("client-ports")
                    + "\": run \"kv down --wipe\" to begin anew");
        }
        return Optional.of(new ClusterFile(properties.getProperty("token", ""), List.copyOf(ports)));
    }

    public void write(Path directory) throws IOException {
        String text = "# A local cluster, made by \"kv up\".\n"
                + "format=" + FORMAT + "\n"
                + "token=" + token + "\n"
                + "client-ports="
                + String.join(",", clientPorts.stream().map(String::valueOf).toList()) + "\n";
        Path temporary = directory.resolve(FILE + ".tmp");
        Files.writeString(temporary, text);
        Files.move(
                temporary,
                directory.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    public List<String> endpoints() {
        return clientPorts.stream().map(port -> "127.0.0.1:" + port).toList();
    }

    public int size() {
        return clientPorts.size();
    }

    int clientPort(int node) {
        return clientPorts.get(node - 1);
    }

    int peerPort(int node) {
        return clientPort(node) + 1;
    }

    /** As {@code --initial-cluster} wants it. */
    String initialCluster() {
        List<String> members = new ArrayList<>();
        for (int node = 1; node <= size(); node++) {
            members.add("node" + node + "=http://127.0.0.1:" + peerPort(node));
        }
        return String.join(",", members);
    }
}
