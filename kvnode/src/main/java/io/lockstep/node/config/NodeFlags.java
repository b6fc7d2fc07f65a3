package io.lockstep.node.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The settings of a node as flags, with etcd's names where the meaning is the same. Each can also be given as an
 * environment variable ({@code --data-dir} as {@code LOCKSTEP_DATA_DIR}) or as a line {@code data-dir: path} of the file
 * named by {@code --config-file}; {@link SettingSources} looks them up in this order.
 */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class NodeFlags {
    @Option(names = "--name", paramLabel = "NAME", defaultValue = "default", description = "This member's name.")
    private String name;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where the node keeps everything (default: NAME.lockstep).")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--listen-client-urls",
            paramLabel = "URL[,URL]",
            defaultValue = "http://127.0.0.1:2379",
            description = "Where clients are served.")
    private String listenClientUrls;

    @Option(
            names = "--advertise-client-urls",
            paramLabel = "URL[,URL]",
            description = "How clients reach this node (default: --listen-client-urls).")
    private @Nullable String advertiseClientUrls;

    @Option(
            names = "--listen-peer-urls",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:2380",
            description = "Where the other members are served.")
    private String listenPeerUrls;

    @Option(
            names = "--initial-advertise-peer-urls",
            paramLabel = "URL",
            description = "How the other members reach this node (default: --listen-peer-urls).")
    private @Nullable String advertisePeerUrls;

    @Option(
            names = "--initial-cluster",
            paramLabel = "NAME=URL[,NAME=URL]",
            description = "The members that found the cluster; the same on each (default: this member alone).")
    private @Nullable String initialCluster;

    @Option(
            names = "--initial-cluster-state",
            paramLabel = "new|existing",
            defaultValue = "new",
            description = "new: found a cluster if the data directory is empty. existing: only go on with one.")
    private String initialClusterState;

    @Option(
            names = "--initial-cluster-token",
            paramLabel = "TOKEN",
            defaultValue = "lockstep-cluster",
            description = "Tells apart clusters that are founded with the same addresses.")
    private String clusterToken;

    @Option(
            names = "--heartbeat-interval",
            paramLabel = "MILLIS",
            defaultValue = "100",
            description = "How often the leader is heard of.")
    private String heartbeatMillis;

    @Option(
            names = "--election-timeout",
            paramLabel = "MILLIS",
            defaultValue = "1000",
            description = "Silence after which a new leader is elected.")
    private String electionMillis;

    @Option(
            names = "--max-clock-drift",
            paramLabel = "PERCENT",
            defaultValue = "1",
            description = "How much the rate of this machine's clock may be off; staleness bounds allow for it.")
    private String maxClockDrift;

    @Option(
            names = "--max-request-bytes",
            paramLabel = "BYTES",
            defaultValue = "1572864",
            description = "A write request may not be larger.")
    private String maxRequestBytes;

    @Option(
            names = "--max-txn-ops",
            paramLabel = "COUNT",
            defaultValue = "128",
            description = "Compares and operations of a transaction, each.")
    private String maxTxnOps;

    @Option(
            names = "--max-concurrent-streams",
            paramLabel = "COUNT",
            defaultValue = "8192",
            description = "Calls that one connection may have open; its client keeps the others back.")
    private String maxConcurrentStreams;

    @Option(
            names = "--snapshot-count",
            paramLabel = "ENTRIES",
            defaultValue = "500000",
            description = "Log entries after which a snapshot is taken.")
    private String snapshotEntries;

    @Option(
            names = "--snapshot-log-bytes",
            paramLabel = "BYTES",
            defaultValue = "268435456",
            description = "Log bytes after which a snapshot is taken.")
    private String snapshotBytes;

    @Option(
            names = "--log-margin",
            paramLabel = "ENTRIES",
            defaultValue = "10000",
            description = "Log entries kept behind a snapshot for members that are a little behind.")
    private String logMargin;

    @Option(
            names = "--experimental-watch-progress-notify-interval",
            paramLabel = "TIME",
            defaultValue = "10m",
            description = "How long a watch that asked for progress goes without any answer; up to a tenth is added.")
    private String watchProgressInterval;

    @Option(
            names = "--experimental-max-learners",
            paramLabel = "COUNT",
            defaultValue = "1",
            description = "Learners that the cluster may have, when one more is added through this node.")
    private String maxLearners;

    @Mixin
    private UpkeepFlags upkeep = new UpkeepFlags();

    @Option(
            names = "--auth-token",
            paramLabel = "simple|jwt,...",
            defaultValue = "simple",
            description = "What clients get for their password: simple, or"
                    + " jwt,sign-method=RS256,pub-key=PEM,priv-key=PEM,ttl=5m.")
    private String authToken;

    @Option(
            names = "--auth-token-ttl",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "A simple token that is not used for so long ends.")
    private String authTokenTtl;

    @Option(
            names = "--bcrypt-cost",
            paramLabel = "COST",
            defaultValue = "10",
            description = "Work of hashing a password: 4 to 31, each step doubles it.")
    private String bcryptCost;

    @Option(
            names = "--client-cert-auth",
            arity = "0..1",
            paramLabel = "true|false",
            fallbackValue = "true",
            defaultValue = "false",
            description = "Who shows no token is the user that the client certificate names (CN); not over HTTP.")
    private String clientCertAuth;

    @Option(names = "--cert-file", paramLabel = "PEM", description = "Certificate of the client port.")
    private @Nullable Path certFile;

    @Option(names = "--key-file", paramLabel = "PEM", description = "Private key of the client port.")
    private @Nullable Path keyFile;

    @Option(
            names = "--trusted-ca-file",
            paramLabel = "PEM",
            description = "Clients must show a certificate signed by this CA.")
    private @Nullable Path trustedCaFile;

    @Option(names = "--peer-cert-file", paramLabel = "PEM", description = "Certificate of the peer port, both ways.")
    private @Nullable Path peerCertFile;

    @Option(names = "--peer-key-file", paramLabel = "PEM", description = "Private key of the peer port.")
    private @Nullable Path peerKeyFile;

    @Option(
            names = "--peer-trusted-ca-file",
            paramLabel = "PEM",
            description = "Members must show a certificate signed by this CA.")
    private @Nullable Path peerTrustedCaFile;

    @Option(
            names = "--peer-client-cert-auth",
            arity = "0..1",
            paramLabel = "true|false",
            fallbackValue = "true",
            defaultValue = "false",
            description = "Insists on --peer-trusted-ca-file, with which members are always asked for a certificate.")
    private String peerClientCertAuth;

    @Option(
            names = "--config-file",
            paramLabel = "FILE",
            description = "Lines like \"data-dir: /var/lib/lockstep\"; flags and environment go before it.")
    @SuppressWarnings("UnusedVariable") // read by SettingSources before the other settings are
    private @Nullable Path configFile;

    /** @throws ConfigException naming the first setting that is wrong */
    public NodeConfig toConfig() {
        if (Boolean.parseBoolean(peerClientCertAuth.strip()) && peerTrustedCaFile == null) {
            throw new ConfigException("--peer-client-cert-auth needs --peer-cert-file, --peer-key-file and"
                    + " --peer-trusted-ca-file: who signed the members' certificates");
        }
        HostPort listenPeer = single("listen-peer-urls", listenPeerUrls);
        HostPort advertisePeer =
                advertisePeerUrls == null ? listenPeer : single("initial-advertise-peer-urls", advertisePeerUrls);
        List<HostPort> listenClients = HostPort.parseList("listen-client-urls", listenClientUrls);
        return new NodeConfig(
                name,
                dataDirectory == null ? Path.of(name + ".lockstep") : dataDirectory,
                listenClients,
                advertiseClientUrls == null
                        ? listenClients
                        : HostPort.parseList("advertise-client-urls", advertiseClientUrls),
                listenPeer,
                advertisePeer,
                initialCluster == null ? Map.of(name, advertisePeer) : members(initialCluster),
                isNew(),
                clusterToken,
                Duration.ofMillis(number("heartbeat-interval", heartbeatMillis)),
                Duration.ofMillis(number("election-timeout", electionMillis)),
                percent("max-clock-drift", maxClockDrift) / 100,
                new NodeLimits(
                        (int) number("max-request-bytes", maxRequestBytes),
                        (int) number("max-txn-ops", maxTxnOps),
                        (int) number("max-concurrent-streams", maxConcurrentStreams),
                        (int) number("snapshot-count", snapshotEntries),
                        number("snapshot-log-bytes", snapshotBytes),
                        (int) number("log-margin", logMargin),
                        UpkeepFlags.duration("experimental-watch-progress-notify-interval", watchProgressInterval),
                        (int) number("experimental-max-learners", maxLearners)),
                upkeep.toUpkeep(),
                new AuthSettings(
                        TokenSettings.parse(authToken),
                        Duration.ofSeconds(number("auth-token-ttl", authTokenTtl)),
                        (int) number("bcrypt-cost", bcryptCost),
                        Boolean.parseBoolean(clientCertAuth.strip())),
                tls("", certFile, keyFile, trustedCaFile, false),
                tls("peer-", peerCertFile, peerKeyFile, peerTrustedCaFile, true));
    }

    private boolean isNew() {
        return switch (initialClusterState) {
            case "new" -> true;
            case "existing" -> false;
            default ->
                throw ConfigException.of(
                        "initial-cluster-state", initialClusterState, "is neither \"new\" nor \"existing\"");
        };
    }

    private static HostPort single(String setting, String urls) {
        List<HostPort> parsed = HostPort.parseList(setting, urls);
        if (parsed.size() != 1) {
            throw ConfigException.of(setting, urls, "names several URLs; a member has one peer address");
        }
        return parsed.get(0);
    }

    /** {@code NAME=URL,NAME=URL}, as {@code --initial-cluster} has it. */
    public static Map<String, HostPort> members(String text) {
        Map<String, HostPort> members = new LinkedHashMap<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                throw ConfigException.of(
                        "initial-cluster", part, "is not NAME=URL; write it like n1=http://127.0.0.1:2380");
            }
            String member = part.substring(0, equals).strip();
            if (members.put(member, HostPort.parse("initial-cluster", part.substring(equals + 1))) != null) {
                throw ConfigException.of("initial-cluster", member, "is named twice; a member has one peer address");
            }
        }
        return members;
    }

    private static long number(String setting, String text) {
        try {
            long value = Long.parseLong(text.strip());
            if (value >= 0 && value <= 1L << 40) {
                return Math.min(value, setting.endsWith("-log-bytes") ? value : Integer.MAX_VALUE);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw ConfigException.of(setting, text, "is not a whole number from 0 up");
    }

    private static double percent(String setting, String text) {
        try {
            return Double.parseDouble(text.strip().replaceFirst("%$", ""));
        } catch (NumberFormatException e) {
            throw ConfigException.of(setting, text, "is not a percentage such as 1 or 0.5%");
        }
    }

    private static Optional<TlsFiles> tls(
            String prefix, @Nullable Path cert, @Nullable Path key, @Nullable Path ca, boolean caNeeded) {
        if (cert == null && key == null && ca == null) {
            return Optional.empty();
        }
        if (cert == null || key == null || (caNeeded && ca == null)) {
            throw new ConfigException("--" + prefix + "cert-file, --" + prefix + "key-file"
                    + (caNeeded ? " and --" + prefix + "trusted-ca-file" : "") + " belong together; one is missing");
        }
        return Optional.of(new TlsFiles(cert, key, Optional.ofNullable(ca)));
    }
}
