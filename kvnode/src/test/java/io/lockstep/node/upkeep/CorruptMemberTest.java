package io.lockstep.node.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmType;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.config.Upkeep;
import io.lockstep.node.embedded.EmbeddedCluster;
import io.lockstep.node.storage.Database;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Mutations;
import io.lockstep.node.storage.StorageMemory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One member's disk holds another value than was written. */
class CorruptMemberTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CORRUPT = "DATA_LOSS: etcdserver: corrupt cluster";

    private EmbeddedCluster cluster;

    @BeforeEach
    void start() {
        cluster = EmbeddedCluster.builder(3)
                .upkeep(Upkeep.DEFAULT.withCorruptCheckInterval(Duration.ofMillis(500)))
                .start();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private static KVGrpc.KVBlockingStub kv(Channel channel) {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private static void put(Channel channel, String value) {
        kv(channel)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build());
    }

    private static String get(Channel channel, boolean stale) {
        return kv(channel)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setSerializable(stale)
                        .build())
                .getKvs(0)
                .getValue()
                .toStringUtf8();
    }

    private List<AlarmMember> alarms(int node) {
        return MaintenanceGrpc.newBlockingStub(cluster.channel(node))
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .alarm(AlarmRequest.getDefaultInstance())
                .getAlarmsList();
    }

    private void corrupt(int node) throws Exception {
        Path state = cluster.directory().resolve("n" + (node + 1)).resolve("state");
        Path live = state.resolve(Files.readString(state.resolve("CURRENT")).strip());
        byte[] key = "k".getBytes(StandardCharsets.UTF_8);
        try (StorageMemory memory = new StorageMemory(8 << 20, 8 << 20);
                Database database = Database.open(live, memory)) {
            KeyValue stored = KeyValue.parseFrom(database.get(Family.CURRENT, key));
            try (Mutations change = database.newMutations()) {
                change.put(
                        Family.CURRENT,
                        key,
                        stored.toBuilder()
                                .setValue(ByteString.copyFromUtf8("wrong"))
                                .build()
                                .toByteArray());
                database.write(change);
            }
            database.flush();
        }
    }

    @Test
    void member_withAnotherState_isFoundWhenItStartsAndServesNoKeys() throws Exception {
        int victim = (cluster.awaitLeader() + 1) % 3;
        put(cluster.channel(victim), "right"); // answered there, so applied there
        long member = cluster.node(victim).memberId();
        cluster.stop(victim);
        corrupt(victim);
        cluster.restart(victim);
        Watch begunBefore = new Watch(cluster.channel(victim));
        Watch elsewhere = new Watch(cluster.channel((victim + 1) % 3));

        int other = (victim + 1) % 3;
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(alarms(other))
                        .containsExactly(AlarmMember.newBuilder()
                                .setMemberID(member)
                                .setAlarm(AlarmType.CORRUPT)
                                .build()));
        assertThat(get(cluster.channel(other), false)).isEqualTo("right");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThatThrownBy(() -> get(cluster.channel(victim), true))
                        .hasMessage(CORRUPT));
        assertThatThrownBy(() -> get(cluster.channel(victim), false)).hasMessage(CORRUPT);
        assertThatThrownBy(() -> put(cluster.channel(other), "more")).hasMessage(CORRUPT);

        // Those who watch there would take what is wrong for what is right.
        await().atMost(PATIENCE).until(() -> begunBefore.status != null);
        Watch begunAfter = new Watch(cluster.channel(victim));
        await().atMost(PATIENCE).until(() -> begunAfter.status != null);
        assertThat(List.of(begunBefore.status, begunAfter.status))
                .extracting(status -> status.getCode() + ": " + status.getDescription())
                .containsOnly(CORRUPT);
        assertThat(elsewhere.status).isNull();
        elsewhere.call.cancel("done", null);
    }

    private static final class Watch extends ClientCall.Listener<WatchResponse> {
        final ClientCall<WatchRequest, WatchResponse> call;
        volatile @Nullable Status status;

        Watch(Channel channel) {
            call = channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
            call.start(this, new Metadata());
            call.request(100);
            call.sendMessage(WatchRequest.newBuilder()
                    .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")))
                    .build());
        }

        @Override
        public void onClose(Status closed, Metadata trailers) {
            status = closed;
        }
    }

    @Test
    void members_withTheSameState_raiseNothing() {
        for (int i = 0; i < 20; i++) {
            put(cluster.channel(i % 3), "v" + i);
        }
        await().during(Duration.ofSeconds(2))
                .atMost(PATIENCE)
                .until(() -> alarms(0).isEmpty());
    }
}
