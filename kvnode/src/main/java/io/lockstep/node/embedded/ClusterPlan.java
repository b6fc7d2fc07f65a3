package io.lockstep.node.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The ports and the token of a cluster, kept in its directory, since they are its members' identities: whoever opens the
 * directory again finds the same cluster.
 *
 * <p>Ports come from below the range from which the kernel takes those of outgoing connections: else a client that tries
 * a stopped node again and again may be given the node's own port, and connect to itself.
 */
record ClusterPlan(String token, List<Integer> peerPorts, List<Integer> clientPorts) {
    private static final String FILE = "cluster.properties";
    private static final int FIRST_PORT = 23_000;
    private static final int PORTS = 9_000;
    private static final int MAX_TRIES = 1_000;

    /** The directory's, or a new one. */
    static ClusterPlan in(Path directory, int nodes) {
        Path file = directory.resolve(FILE);
        try {
            Files.createDirectories(directory);
            if (Files.exists(file)) {
                return read(file, nodes);
            }
            ClusterPlan plan = make(nodes);
            plan.save(file);
            return plan;
        } catch (IOException e) {
            throw new UncheckedIOException("the cluster's directory " + directory + " can't be used: " + e, e);
        }
    }

    private static ClusterPlan make(int nodes) throws IOException {
        Set<Integer> ports = freePorts(2 * nodes);
        List<Integer> all = new ArrayList<>(ports);
        return new ClusterPlan(
                Long.toHexString(new SecureRandom().nextLong()), all.subList(0, nodes), all.subList(nodes, 2 * nodes));
    }

    private static Set<Integer> freePorts(int count) throws IOException {
        Set<Integer> free = new TreeSet<>();
        SecureRandom random = new SecureRandom();
        for (int tries = 0; free.size() < count; tries++) {
            int port = FIRST_PORT + random.nextInt(PORTS);
            if (isFree(port)) {
                free.add(port);
            } else if (tries > MAX_TRIES) {
                throw new IOException("no free port from " + FIRST_PORT + " on was found");
            }
        }
        return free;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static ClusterPlan read(Path file, int nodes) throws IOException {
        Properties stored = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            stored.load(in);
        }
        ClusterPlan plan = new ClusterPlan(
                stored.getProperty("token"), ports(stored, "peer-ports"), ports(stored, "client-ports"));
        if (plan.peerPorts().size() != nodes) {
            throw new IOException("it holds a cluster of " + plan.peerPorts().size() + ", not of " + nodes + ", nodes");
        }
        return plan;
    }

    private static List<Integer> ports(Properties stored, String name) {
        return List.of(stored.getProperty(name).split(",")).stream()
                .map(Integer::valueOf)
                .toList();
    }

    private void save(Path file) throws IOException {
        Properties stored = new Properties();
        stored.setProperty("token", token);
        stored.setProperty("peer-ports", text(peerPorts));
        stored.setProperty("client-ports", text(clientPorts));
        try (OutputStream out = Files.newOutputStream(file)) {
            stored.store(out, "A cluster in one JVM: its members' ports are their identities.");
        }
    }

    private static String text(List<Integer> ports) {
        return String.join(",", ports.stream().map(String::valueOf).toList());
    }

    static String name(int node) {
        return "n" + (node + 1);
    }

    Map<String, String> peerUrls() {
        Map<String, String> urls = new LinkedHashMap<>();
        for (int node = 0; node < peerPorts.size(); node++) {
            urls.put(name(node), "http://127.0.0.1:" + peerPorts.get(node));
        }
        return urls;
    }

    String clientUrl(int node) {
        return "http://127.0.0.1:" + clientPorts.get(node);
    }
}
