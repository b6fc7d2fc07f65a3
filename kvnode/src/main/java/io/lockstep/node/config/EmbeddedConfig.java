package io.lockstep.node.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of a node inside another program, with defaults for that: a cluster of its own, alone, for clients on a free
 * port of 127.0.0.1. Built once; not thread-safe.
 */
public final class EmbeddedConfig {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String IDENTITY_FILE = "EMBEDDED";

    private final Path dataDirectory;
    private String name = "embedded";
    private Map<String, HostPort> cluster = Map.of();
    private String token = "lockstep-cluster";
    private boolean newCluster = true;
    private List<HostPort> clientUrls = List.of(new HostPort(LOOPBACK, 0, false));
    private Duration heartbeatInterval = Duration.ofMillis(100);
    private Duration electionTimeout = Duration.ofSeconds(1);
    private NodeLimits limits = NodeLimits.DEFAULT;
    private Upkeep upkeep = Upkeep.DEFAULT;
    private AuthSettings auth = AuthSettings.DEFAULT;
    private Optional<TlsFiles> clientTls = Optional.empty();
    private Optional<TlsFiles> peerTls = Optional.empty();

    EmbeddedConfig(Path dataDirectory) {
        this.dataDirectory = dataDirectory;
    }

    /**
     * Makes this node one of several. Without this it is alone, and stays alone: its identity is made up and kept in the
     * data directory.
     *
     * @param name this node's
     * @param peerUrls where each node of the cluster, this one too, listens for the others, like {@code
     *     http://10.0.0.1:2380}; the same on each
     * @param token tells apart clusters that are founded with the same addresses; the same on each
     */
    public EmbeddedConfig memberOf(String name, Map<String, String> peerUrls, String token) {
        Map<String, HostPort> members = new LinkedHashMap<>();
        peerUrls.forEach((member, url) -> members.put(member, HostPort.parse("initial-cluster", url)));
        this.name = name;
        this.cluster = members;
        this.token = token;
        return this;
    }

    /**
     * The cluster of {@link #memberOf} runs already, and this node was added to it (MemberAdd) under its peer URL: it gets
     * its identity and the data from the others. Also for each later start.
     */
    public EmbeddedConfig joining() {
        this.newCluster = false;
        return this;
    }

    /** Where clients are served, like {@code http://127.0.0.1:2379}, with port 0 for a free one; none: only through {@code KvNode.channel()}. */
    public EmbeddedConfig clientUrls(String... urls) {
        this.clientUrls = List.of(urls).stream()
                .map(url -> HostPort.parseListening("listen-client-urls", url))
                .toList();
        return this;
    }

    /** How often a leader shows itself, and after which silence another is elected: at least five times that. */
    public EmbeddedConfig timing(Duration heartbeatInterval, Duration electionTimeout) {
        this.heartbeatInterval = heartbeatInterval;
        this.electionTimeout = electionTimeout;
        return this;
    }

    public EmbeddedConfig limits(NodeLimits limits) {
        this.limits = limits;
        return this;
    }

    public EmbeddedConfig upkeep(Upkeep upkeep) {
        this.upkeep = upkeep;
        return this;
    }

    /** How clients prove who they are, once auth is on. */
    public EmbeddedConfig auth(AuthSettings auth) {
        this.auth = auth;
        return this;
    }

    /** Certificate of the client port; client URLs must then begin with https. */
    public EmbeddedConfig clientTls(TlsFiles files) {
        this.clientTls = Optional.of(files);
        return this;
    }

    /** Certificate of the peer port, both ways; peer URLs must then begin with https. */
    public EmbeddedConfig peerTls(TlsFiles files) {
        this.peerTls = Optional.of(files);
        return this;
    }

    /** @throws ConfigException if a setting is wrong, or the data directory can't be written */
    public NodeConfig build() {
        boolean alone = cluster.isEmpty();
        HostPort own = alone ? madeUpAddress() : cluster.get(name);
        if (own == null) {
            throw new ConfigException("the cluster " + cluster.keySet() + " does not name this node, \"" + name + "\"");
        }
        return new NodeConfig(
                name,
                dataDirectory,
                clientUrls,
                clientUrls,
                alone ? new HostPort(LOOPBACK, 0, peerTls.isPresent()) : own,
                own,
                alone ? Map.of(name, own) : cluster,
                alone || newCluster,
                token,
                heartbeatInterval,
                electionTimeout,
                0.01,
                limits,
                upkeep,
                auth,
                clientTls,
                peerTls);
    }

    /**
     * A member's identity is its address, which must be another for each node of a process and the same at each start. One
     * that has no peers needs none that can be reached.
     */
    private HostPort madeUpAddress() {
        Path file = dataDirectory.resolve(IDENTITY_FILE);
        try {
            if (!Files.exists(file)) {
                Files.createDirectories(dataDirectory);
                Path fresh = dataDirectory.resolve(IDENTITY_FILE + ".new");
                Files.writeString(fresh, Long.toHexString(new SecureRandom().nextLong() | Long.MIN_VALUE));
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            }
            String label = Files.readString(file, StandardCharsets.UTF_8).strip();
            return new HostPort(label + ".invalid", 1, peerTls.isPresent());
        } catch (IOException e) {
            throw new ConfigException("--data-dir: \"" + dataDirectory + "\" can't be used: " + e);
        }
    }
}
