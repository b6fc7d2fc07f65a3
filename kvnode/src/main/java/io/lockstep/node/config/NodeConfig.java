package io.lockstep.node.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a node is told at start.
 *
 * @param name this member's name in {@code initialCluster}
 * @param dataDirectory everything that the node keeps; locked against a second process
 * @param advertiseClientUrls how clients reach this node, told to the cluster
 * @param advertisePeerUrl how the other members reach this node: its identity in the raft group
 * @param initialCluster members that found the cluster, by name; the same on every founder
 * @param newCluster whether the cluster is founded now ({@code --initial-cluster-state new})
 * @param clusterToken tells apart clusters that are founded with the same addresses
 * @param maxClockDrift how much the rate of this machine's monotonic clock may be off, as a fraction: staleness bounds
 *     allow for it
 * @param auth how clients prove who they are, once auth is on
 * @param peerTls certificates of the peer port, both ways; empty: the peer port is open to anyone who reaches it
 */
public record NodeConfig(
        String name,
        Path dataDirectory,
        List<HostPort> listenClientUrls,
        List<HostPort> advertiseClientUrls,
        HostPort listenPeerUrl,
        HostPort advertisePeerUrl,
        Map<String, HostPort> initialCluster,
        boolean newCluster,
        String clusterToken,
        Duration heartbeatInterval,
        Duration electionTimeout,
        double maxClockDrift,
        NodeLimits limits,
        Upkeep upkeep,
        AuthSettings auth,
        Optional<TlsFiles> clientTls,
        Optional<TlsFiles> peerTls) {
    private static final double MAX_CLOCK_DRIFT = 0.5;

    public NodeConfig {
        listenClientUrls = List.copyOf(listenClientUrls);
        advertiseClientUrls = List.copyOf(advertiseClientUrls);
        initialCluster = Map.copyOf(initialCluster);
        if (name.isBlank()) {
            throw ConfigException.of("name", name, "must not be empty");
        }
        HostPort own = initialCluster.get(name);
        if (own == null) {
            throw ConfigException.of(
                    "initial-cluster",
                    initialCluster.keySet(),
                    "does not name this member: --name is \"" + name + "\"; add " + name + "=" + advertisePeerUrl);
        }
        if (!own.equals(advertisePeerUrl)) {
            throw ConfigException.of(
                    "initial-cluster",
                    name + "=" + own,
                    "differs from --initial-advertise-peer-urls " + advertisePeerUrl + "; both must be the same");
        }
        for (HostPort peer : initialCluster.values()) {
            if (peer.host().contains(":") || peer.host().equals("0.0.0.0")) {
                throw ConfigException.of(
                        "initial-cluster",
                        peer,
                        "must be a host name or an IPv4 address that the other members can reach");
            }
        }
        if (initialCluster.values().stream().distinct().count() != initialCluster.size()) {
            throw ConfigException.of("initial-cluster", initialCluster, "names one address twice");
        }
        long heartbeatMillis = heartbeatInterval.toMillis();
        long electionMillis = electionTimeout.toMillis();
        if (heartbeatMillis < 10 || heartbeatMillis > 10_000) {
            throw ConfigException.of(
                    "heartbeat-interval", heartbeatMillis, "is out of range: 10 to 10000 milliseconds");
        }
        if (electionMillis < 5 * heartbeatMillis || electionMillis > 50_000) {
            throw ConfigException.of(
                    "election-timeout",
                    electionMillis,
                    "is out of range: from 5 times --heartbeat-interval (" + 5 * heartbeatMillis
                            + ") to 50000 milliseconds");
        }
        if (!(maxClockDrift >= 0 && maxClockDrift <= MAX_CLOCK_DRIFT)) {
            throw ConfigException.of("max-clock-drift", 100 * maxClockDrift, "is out of range: 0 to 50 percent");
        }
        if (listenPeerUrl.tls() != peerTls.isPresent()) {
            throw ConfigException.of(
                    "listen-peer-urls",
                    listenPeerUrl,
                    peerTls.isPresent()
                            ? "must be https:// as peer certificates are given"
                            : "is https:// and needs --peer-cert-file, --peer-key-file and --peer-trusted-ca-file");
        }
        if (auth.clientCertAuth() && clientTls.flatMap(TlsFiles::trustedCa).isEmpty()) {
            throw new ConfigException(
                    "--client-cert-auth needs --cert-file, --key-file and --trusted-ca-file: who signed the clients' certificates");
        }
        for (HostPort url : listenClientUrls) {
            if (url.tls() != clientTls.isPresent()) {
                throw ConfigException.of(
                        "listen-client-urls",
                        url,
                        clientTls.isPresent()
                                ? "must be https:// as --cert-file is given"
                                : "is https:// and needs --cert-file and --key-file");
            }
        }
    }

    /** For a node inside another program: alone, with clients on a free port of 127.0.0.1, unless set otherwise. */
    public static EmbeddedConfig embedded(Path dataDirectory) {
        return new EmbeddedConfig(dataDirectory);
    }
}
