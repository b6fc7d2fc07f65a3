package io.lockstep.node.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.RangeRequest;
import io.lockstep.node.KvNode;
import io.lockstep.node.Restore;
import io.lockstep.node.config.HostPort;
import io.lockstep.node.config.NodeConfig;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup that etcdctl took becomes a cluster of three. */
class SnapshotByEtcdctlTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path temp;

    @Test
    void snapshotSavedByEtcdctl_restoredOnThreeNodes_hasTheKeys() throws Exception {
        Path binary = Servers.etcdOrSkip().resolveSibling("etcdctl");
        if (!Files.isExecutable(binary)) {
            Servers.skip("SKIPPED: there is no etcdctl at " + binary);
        }
        Etcdctl etcdctl = new Etcdctl(binary, temp.resolve("etcdctl"));
        Path file = temp.resolve("backup.db");
        try (ServerProcess server = Servers.startLockstepOrSkip()) {
            etcdctl.run(Etcdctl.Command.of("put a 1"), server.endpoint());
            etcdctl.run(Etcdctl.Command.of("put a 2"), server.endpoint());

            assertThat(etcdctl.run(Etcdctl.Command.of("snapshot save " + file), server.endpoint()))
                    .startsWith("Snapshot saved at ")
                    .endsWith("exit code 0");
        }
        assertThat(file).isRegularFile();

        Map<String, HostPort> peers = new LinkedHashMap<>();
        Map<String, String> urls = new LinkedHashMap<>();
        for (String name : List.of("r1", "r2", "r3")) {
            try (ServerSocket socket = new ServerSocket(0)) {
                peers.put(name, new HostPort("127.0.0.1", socket.getLocalPort(), false));
            }
            urls.put(name, peers.get(name).url());
        }
        List<KvNode> nodes = new ArrayList<>();
        try {
            for (String name : peers.keySet()) {
                new Restore(name, temp.resolve(name), peers, "restored", 0, false, false).from(file);
            }
            for (String name : peers.keySet()) {
                nodes.add(KvNode.start(NodeConfig.embedded(temp.resolve(name))
                        .memberOf(name, urls, "restored")
                        .clientUrls()
                        .build()));
            }
            await().atMost(PATIENCE).until(() -> nodes.stream().allMatch(node -> node.leaderId() != 0));
            for (KvNode node : nodes) {
                assertThat(KVGrpc.newBlockingStub(node.channel())
                                .withDeadlineAfter(10, TimeUnit.SECONDS)
                                .range(RangeRequest.newBuilder()
                                        .setKey(ByteString.copyFromUtf8("a"))
                                        .build())
                                .getKvs(0)
                                .getValue()
                                .toStringUtf8())
                        .isEqualTo("2");
            }
        } finally {
            nodes.forEach(KvNode::close);
        }
    }
}
