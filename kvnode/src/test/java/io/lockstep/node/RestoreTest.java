package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.KVGrpc.KVBlockingStub;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.SnapshotRequest;
import io.lockstep.api.SnapshotResponse;
import io.lockstep.node.config.ConfigException;
import io.lockstep.node.config.HostPort;
import io.lockstep.node.config.NodeConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup of one cluster becomes the beginning of another. */
class RestoreTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path temp;

    private final List<KvNode> nodes = new ArrayList<>();

    @AfterEach
    void close() {
        nodes.forEach(KvNode::close);
    }

    private static KVBlockingStub kv(KvNode node) {
        return KVGrpc.newBlockingStub(node.channel()).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private static PutResponse put(KvNode node, String key, String value) {
        return kv(node).put(PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(ByteString.copyFromUtf8(value))
                .build());
    }

    private static RangeResponse get(KvNode node, String key, long revision) {
        return kv(node).range(RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setRevision(revision)
                .build());
    }

    static Path save(Channel channel, Path file) throws IOException {
        Iterator<SnapshotResponse> pieces = MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .snapshot(SnapshotRequest.getDefaultInstance());
        try (OutputStream out = Files.newOutputStream(file)) {
            while (pieces.hasNext()) {
                pieces.next().getBlob().writeTo(out);
            }
        }
        return file;
    }

    private KvNode started(KvNode node) {
        nodes.add(node);
        await().atMost(PATIENCE).until(() -> node.leaderId() != 0);
        return node;
    }

    /** A member with a few keys, history and all; the revision is 5. */
    private KvNode source() {
        KvNode node = started(KvNode.start(
                NodeConfig.embedded(temp.resolve("source")).clientUrls().build()));
        put(node, "a", "1");
        put(node, "a", "2");
        put(node, "b", "1");
        put(node, "c", "1");
        return node;
    }

    private static Map<String, HostPort> peers(int count) throws IOException {
        Map<String, HostPort> peers = new LinkedHashMap<>();
        for (int i = 1; i <= count; i++) {
            try (ServerSocket socket = new ServerSocket(0)) {
                peers.put("r" + i, new HostPort("127.0.0.1", socket.getLocalPort(), false));
            }
        }
        return peers;
    }

    private KvNode start(String name, Map<String, HostPort> peers) {
        Map<String, String> urls = new LinkedHashMap<>();
        peers.forEach((peer, address) -> urls.put(peer, address.url()));
        return KvNode.start(NodeConfig.embedded(temp.resolve(name))
                .memberOf(name, urls, "restored")
                .clientUrls()
                .build());
    }

    private Restore restore(String name, Map<String, HostPort> peers, long bump) {
        return new Restore(name, temp.resolve(name), peers, "restored", bump, bump > 0, false);
    }

    @Test
    void backup_restoredOnThreeNodes_isAnotherClusterWithTheSameKeysAndHistory() throws Exception {
        KvNode source = source();
        Path file = save(source.channel(), temp.resolve("backup.db"));
        put(source, "a", "after the backup");
        long oldCluster = get(source, "a", 0).getHeader().getClusterId();
        Map<String, HostPort> peers = peers(3);
        for (String name : peers.keySet()) {
            assertThat(restore(name, peers, 0).from(file).getRevision()).isEqualTo(5);
        }

        List<KvNode> restored = new ArrayList<>();
        for (String name : peers.keySet()) {
            restored.add(start(name, peers));
        }
        restored.forEach(this::started);

        for (KvNode node : restored) {
            assertThat(get(node, "a", 0).getKvs(0).getValue().toStringUtf8()).isEqualTo("2");
            assertThat(get(node, "a", 2).getKvs(0).getValue().toStringUtf8()).isEqualTo("1");
            assertThat(get(node, "a", 0).getHeader().getRevision()).isEqualTo(5);
            assertThat(get(node, "a", 0).getHeader().getClusterId()).isNotEqualTo(oldCluster);
        }
        assertThat(put(restored.get(1), "d", "1").getHeader().getRevision()).isEqualTo(6);
        assertThat(get(restored.get(2), "d", 0).getCount()).isEqualTo(1);
        assertThat(temp.resolve("source/backup")).isEmptyDirectory();
    }

    @Test
    void backup_restoredWithABump_skipsRevisionsAndTellsOldWatches() throws Exception {
        Path file = save(source().channel(), temp.resolve("backup.db"));
        Map<String, HostPort> peers = peers(1);
        restore("r1", peers, 1_000).from(file);

        KvNode node = started(start("r1", peers));

        assertThat(get(node, "a", 0).getHeader().getRevision()).isEqualTo(1_005);
        assertThat(get(node, "a", 0).getKvs(0).getModRevision()).isEqualTo(3);
        assertThatThrownBy(() -> get(node, "a", 1_004)).hasMessageContaining("has been compacted");
        assertThat(get(node, "b", 1_005).getCount()).isEqualTo(1);
        assertThat(put(node, "a", "3").getHeader().getRevision()).isEqualTo(1_006);
    }

    @Test
    void founder_thatWasNotRestored_isNoneOfTheCluster() throws Exception {
        Path file = save(source().channel(), temp.resolve("backup.db"));
        Map<String, HostPort> peers = peers(3);
        restore("r1", peers, 0).from(file);
        restore("r2", peers, 0).from(file);
        KvNode one = start("r1", peers);
        nodes.add(one);
        KvNode two = start("r2", peers);
        nodes.add(two);

        KvNode empty = start("r3", peers);
        nodes.add(empty);

        await().during(Duration.ofSeconds(2))
                .atMost(PATIENCE)
                .until(() -> one.leaderId() == 0 && empty.leaderId() == 0);
    }

    @Test
    void restore_intoDataThatIsThere_isRefused() throws Exception {
        Path file = save(source().channel(), temp.resolve("backup.db"));
        Map<String, HostPort> peers = peers(1);
        restore("r1", peers, 0).from(file);

        assertThatThrownBy(() -> restore("r1", peers, 0).from(file))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("is not empty");
    }

    @Test
    void restore_ofADamagedFile_leavesNothing() throws Exception {
        Path file = save(source().channel(), temp.resolve("backup.db"));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> restore("r1", peers(1), 0).from(file))
                .isInstanceOf(IOException.class)
                .hasMessageNotContaining("\n");
        assertThat(temp.resolve("r1")).doesNotExist();
    }

    @Test
    void bumpWithoutMark_orTheOtherWay_isRefused() throws Exception {
        Map<String, HostPort> peers = peers(1);

        assertThatThrownBy(() -> new Restore("r1", temp, peers, "t", 5, false, false))
                .hasMessageContaining("--mark-compacted belong together");
        assertThatThrownBy(() -> new Restore("r1", temp, peers, "t", 0, true, false))
                .hasMessageContaining("--mark-compacted belong together");
    }
}
