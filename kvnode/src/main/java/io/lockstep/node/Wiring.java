package io.lockstep.node;

import io.lockstep.node.apply.StateConfig;
import io.lockstep.node.apply.StateLimits;
import io.lockstep.node.config.AuthSettings;
import io.lockstep.node.config.ConfigException;
import io.lockstep.node.config.Founding;
import io.lockstep.node.config.HostPort;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.config.NodeLimits;
import io.lockstep.node.config.TlsFiles;
import io.lockstep.node.config.TokenSettings;
import io.lockstep.node.raft.GroupMembers;
import io.lockstep.node.raft.PeerLinkGate;
import io.lockstep.node.raft.PeerTls;
import io.lockstep.node.raft.RaftConfig;
import io.lockstep.node.raft.RaftLimits;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.auth.JwtKeys;
import io.lockstep.node.rpc.auth.JwtTokens;
import io.lockstep.node.rpc.auth.LogIns;
import io.lockstep.node.rpc.auth.Passwords;
import io.lockstep.node.rpc.auth.SimpleTokens;
import io.lockstep.node.rpc.auth.Tokens;
import io.lockstep.node.rpc.http.HttpLimits;
import io.lockstep.node.rpc.port.ClientPortConfig;
import io.lockstep.node.rpc.port.ClientTls;
import io.lockstep.node.watch.WatchLimits;
import io.lockstep.proto.log.MemberRecord;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The node's settings, in the words of each part. */
final class Wiring {
    /** What a log entry may be larger than the largest request in it. */
    private static final int ENTRY_OVERHEAD_BYTES = 1 << 20;

    private Wiring() {}

    static StateConfig state(NodeIdentity identity, long bootId, Path directory) {
        return new StateConfig(
                directory.resolve("state"),
                identity.clusterId(),
                identity.memberId(),
                bootId,
                identity.firstMembers(),
                StateLimits.defaults());
    }

    static List<MemberRecord> founders(Founding founding) {
        return founding.members().stream()
                .map(founder -> MemberRecord.newBuilder()
                        .setMemberId(founder.memberId())
                        .addPeerUrls(founder.peerUrl().url())
                        .build())
                .toList();
    }

    /** @param members by the state as it was found on disk */
    static RaftConfig raft(
            NodeConfig config, NodeIdentity identity, GroupMembers members, Path directory, PeerLinkGate gate) {
        HostPort listen = config.listenPeerUrl();
        return new RaftConfig(
                identity.clusterId(),
                identity.memberId(),
                config.name(),
                identity.self(config, members),
                identity.founders().isEmpty() ? members.members() : identity.founders(),
                config.newCluster(),
                directory,
                resolved("listen-peer-urls", listen),
                config.heartbeatInterval(),
                config.electionTimeout(),
                config.peerTls().map(Wiring::peerTls),
                raftLimits(config),
                ProductVersion.TEXT,
                gate,
                members);
    }

    static PeerTls peerTls(TlsFiles files) {
        return new PeerTls(files.certificate(), files.key(), files.trustedCa().orElseThrow());
    }

    private static RaftLimits raftLimits(NodeConfig config) {
        RaftLimits defaults = RaftLimits.DEFAULTS;
        return new RaftLimits(
                Math.max(defaults.maxEntryBytes(), config.limits().maxRequestBytes() + ENTRY_OVERHEAD_BYTES),
                defaults.maxLogMemoryBytes(),
                config.limits().snapshotBytes(),
                config.limits().snapshotEntries(),
                config.limits().logMarginEntries(),
                defaults.maxPendingCalls());
    }

    private static InetSocketAddress resolved(String setting, HostPort url) {
        InetSocketAddress address = new InetSocketAddress(url.host(), url.port());
        if (address.isUnresolved()) {
            throw new ConfigException("--" + setting + ": \"" + url + "\" has a host that is not known here");
        }
        return address;
    }

    /** What to say loudly of a peer port that others than this machine reach, and that asks nobody for a certificate. */
    static Optional<String> openPeerPort(NodeConfig config) {
        HostPort listen = config.listenPeerUrl();
        if (listen.tls() || resolved("listen-peer-urls", listen).getAddress().isLoopbackAddress()) {
            return Optional.empty();
        }
        return Optional.of(
                "THE PEER PORT " + listen + " IS OPEN: without TLS whoever reaches it is taken for a member, and may"
                        + " read and change everything; give --peer-cert-file, --peer-key-file and --peer-trusted-ca-file"
                        + " (\"kv certs\" makes some), or let nobody else reach it");
    }

    /** How clients reach this node: as set, with the ports that were found where 0 was set. */
    static List<String> clientUrls(NodeConfig config, List<InetSocketAddress> found) {
        List<HostPort> urls = new ArrayList<>();
        for (int i = 0; i < config.advertiseClientUrls().size(); i++) {
            HostPort url = config.advertiseClientUrls().get(i);
            int port = url.port() == 0 && i < found.size() ? found.get(i).getPort() : url.port();
            urls.add(new HostPort(url.host(), port, url.tls()));
        }
        return urls.stream().map(HostPort::url).toList();
    }

    static LogIns logIns(NodeConfig config) {
        AuthSettings auth = config.auth();
        return new LogIns(tokens(auth), new Passwords(auth.bcryptCost()), auth.clientCertAuth());
    }

    private static Tokens tokens(AuthSettings auth) {
        TokenSettings tokens = auth.tokens();
        if (tokens.signMethod().isEmpty()) {
            return new SimpleTokens(auth.tokenIdle(), System::nanoTime);
        }
        try {
            JwtKeys keys = JwtKeys.load(
                    tokens.signMethod().get(),
                    tokens.publicKey().orElse(null),
                    tokens.privateKey().orElse(null));
            return new JwtTokens(keys, tokens.ttl(), System::currentTimeMillis);
        } catch (IllegalArgumentException e) {
            throw new ConfigException("--auth-token: " + e.getMessage());
        }
    }

    static WatchLimits watches(NodeConfig config) {
        return WatchLimits.of(
                clientLimits(config).maxMessageBytes(), config.limits().watchProgressInterval());
    }

    private static RpcLimits clientLimits(NodeConfig config) {
        NodeLimits given = config.limits();
        return RpcLimits.defaults()
                .with(given.maxRequestBytes(), given.maxTxnOps(), given.maxConcurrentStreams())
                .withElectionTimeout(config.electionTimeout());
    }

    static ClientPortConfig clientPort(NodeConfig config) {
        List<ClientPortConfig.Address> listen = config.listenClientUrls().stream()
                .map(url -> new ClientPortConfig.Address(resolved("listen-client-urls", url), url.tls()))
                .toList();
        Optional<ClientTls> tls =
                config.clientTls().map(files -> new ClientTls(files.certificate(), files.key(), files.trustedCa()));
        ClientPortConfig defaults = ClientPortConfig.of(listen, tls);
        RpcLimits limits = clientLimits(config);
        return new ClientPortConfig(listen, tls, defaults.eventLoops(), limits, HttpLimits.of(limits));
    }
}
