package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.Ack;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.ReadPath;
import io.lockstep.api.ResponseHeader;
import io.lockstep.node.config.AuthSettings;
import io.lockstep.node.config.ConfigException;
import io.lockstep.node.config.HostPort;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.config.NodeLimits;
import io.lockstep.node.config.Upkeep;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes in this process, on real ports. */
class KvNodeTest {
    private static final FatalHandler NO_FATAL = (what, cause) -> fail(what, cause);

    @TempDir
    Path dir;

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static HostPort local(int port) {
        return new HostPort("127.0.0.1", port, false);
    }

    private NodeConfig config(String name, Map<String, HostPort> cluster) throws IOException {
        HostPort client = local(freePort());
        return new NodeConfig(
                name,
                dir.resolve(name),
                List.of(client),
                List.of(client),
                cluster.get(name),
                cluster.get(name),
                cluster,
                true,
                "token",
                Duration.ofMillis(100),
                Duration.ofMillis(1000),
                0.01,
                NodeLimits.DEFAULT,
                Upkeep.DEFAULT,
                AuthSettings.DEFAULT,
                Optional.empty(),
                Optional.empty());
    }

    private static void put(KvNode node, String key, String value) {
        call(
                node,
                kv -> kv.put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build()));
    }

    private static ResponseHeader putOnAll(KvNode node, String key, String value) {
        return call(
                node,
                kv -> kv.put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setValue(ByteString.copyFromUtf8(value))
                                .setAck(Ack.ACK_ALL)
                                .build())
                        .getHeader());
    }

    private static String staleGet(KvNode node, String key) {
        return call(
                node,
                kv -> kv.range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setSerializable(true)
                                .build())
                        .getKvs(0)
                        .getValue()
                        .toStringUtf8());
    }

    private static String get(KvNode node, String key) {
        return call(
                node,
                kv -> kv.range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .build())
                        .getKvs(0)
                        .getValue()
                        .toStringUtf8());
    }

    /** How a read that may lag by ten seconds was served, on a node that has had time to prove something. */
    private static ReadPath boundedRead(KvNode node, String key) {
        ResponseHeader header = call(
                node,
                kv -> kv.range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setMaxStalenessMillis(10_000)
                                .build())
                        .getHeader());
        assertThat(header.getStalenessMillis()).isBetween(0L, 10_000L);
        return header.getServed();
    }

    private static <T> T call(KvNode node, Function<KVGrpc.KVBlockingStub, T> call) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        node.clientAddresses().get(0))
                .usePlaintext()
                .build();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (true) {
                try {
                    return call.apply(KVGrpc.newBlockingStub(channel).withDeadlineAfter(8, TimeUnit.SECONDS));
                } catch (StatusRuntimeException e) {
                    // A founding cluster has no leader at first.
                    if (System.nanoTime() - deadline > 0
                            || !"etcdserver: no leader".equals(e.getStatus().getDescription())) {
                        throw e;
                    }
                }
            }
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void close_andStartAgain_keepsWhatWasPut() throws Exception {
        NodeConfig config = config("a", Map.of("a", local(freePort())));
        try (KvNode node = KvNode.start(config, NO_FATAL)) {
            put(node, "k", "v");
            assertThat(node.isLeader()).isTrue();
        }
        try (KvNode node = KvNode.start(config, NO_FATAL)) {
            assertThat(get(node, "k")).isEqualTo("v");
        }
    }

    @Test
    void start_dataDirectoryInUse_isRefusedAndNamesTheHolder() throws Exception {
        NodeConfig config = config("a", Map.of("a", local(freePort())));
        try (KvNode node = KvNode.start(config, NO_FATAL)) {
            assertThatThrownBy(() -> KvNode.start(config, NO_FATAL))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining(
                            "is in use by process " + ProcessHandle.current().pid());
            put(node, "k", "v");
        }
    }

    @Test
    void start_dataOfAnotherMember_isRefusedWithOneLine() throws Exception {
        NodeConfig config = config("a", Map.of("a", local(freePort())));
        KvNode.start(config, NO_FATAL).close();
        NodeConfig other = new NodeConfig(
                "b",
                config.dataDirectory(),
                config.listenClientUrls(),
                config.advertiseClientUrls(),
                config.listenPeerUrl(),
                config.advertisePeerUrl(),
                Map.of("b", config.advertisePeerUrl()),
                true,
                "token",
                config.heartbeatInterval(),
                config.electionTimeout(),
                config.maxClockDrift(),
                config.limits(),
                config.upkeep(),
                config.auth(),
                Optional.empty(),
                Optional.empty());
        assertThatThrownBy(() -> KvNode.start(other, NO_FATAL))
                .isInstanceOf(NodeStartException.class)
                .hasMessageNotContaining("\n");
    }

    @Test
    void threeNodes_oneClosed_goOnAndAnswerOnEveryNode() throws Exception {
        Map<String, HostPort> cluster = new TreeMap<>();
        for (String name : List.of("a", "b", "c")) {
            cluster.put(name, local(freePort()));
        }
        List<KvNode> nodes = new ArrayList<>();
        try {
            for (String name : cluster.keySet()) {
                nodes.add(KvNode.start(config(name, cluster), NO_FATAL));
            }
            put(nodes.get(0), "k", "1");
            for (KvNode node : nodes) {
                assertThat(get(node, "k")).isEqualTo("1");
            }
            for (KvNode node : nodes) {
                await().untilAsserted(() -> assertThat(boundedRead(node, "k")).isEqualTo(ReadPath.READ_PATH_BOUNDED));
            }
            assertThat(putOnAll(nodes.get(1), "k", "all").getAckMissingList()).isEmpty();
            for (KvNode node : nodes) {
                assertThat(staleGet(node, "k")).isEqualTo("all");
            }
            KvNode leader = nodes.stream().filter(KvNode::isLeader).findFirst().orElseThrow();
            leader.close();
            nodes.remove(leader);
            put(nodes.get(0), "k", "2");
            assertThat(get(nodes.get(1), "k")).isEqualTo("2");
            assertThat(putOnAll(nodes.get(0), "k", "3").getAckMissingList()).containsExactly(leader.memberId());
        } finally {
            nodes.forEach(KvNode::close);
        }
    }
}
