package io.lockstep.node.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmResponse;
import io.lockstep.api.AlarmType;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.DefragmentRequest;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.node.config.Upkeep;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A full state and a full disk, on real nodes. */
class QuotaTest {
    private static final String NO_SPACE = "RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int VALUE_BYTES = 256 << 10;
    private static final Random RANDOM = new Random(1);

    private static KVGrpc.KVBlockingStub kv(Channel channel) {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private static MaintenanceGrpc.MaintenanceBlockingStub maintenance(Channel channel) {
        return MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
    }

    private static AlarmResponse alarm(Channel channel, AlarmRequest.AlarmAction action, long member, AlarmType kind) {
        return maintenance(channel)
                .alarm(AlarmRequest.newBuilder()
                        .setAction(action)
                        .setMemberID(member)
                        .setAlarm(kind)
                        .build());
    }

    private static void put(Channel channel, String key, int bytes) {
        byte[] value = new byte[bytes];
        RANDOM.nextBytes(value); // what compresses well takes no room
        kv(channel)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFrom(value))
                        .build());
    }

    private static int fill(Channel channel) {
        for (int written = 0; written < 200; written++) {
            try {
                put(channel, "key" + written, VALUE_BYTES);
            } catch (StatusRuntimeException full) {
                assertThat(full).hasMessage(NO_SPACE);
                return written;
            }
        }
        throw new AssertionError("the quota stops nothing");
    }

    @Test
    void quota_reached_stopsPutsOnEveryMemberUntilDisarmed() {
        try (EmbeddedCluster cluster = EmbeddedCluster.builder(3)
                .upkeep(Upkeep.DEFAULT.withQuotaBytes(24 << 20))
                .start()) {
            int written = fill(cluster.channel(0));
            assertThat(written).isGreaterThan(10);

            AlarmResponse raised = alarm(cluster.channel(1), AlarmRequest.AlarmAction.GET, 0, AlarmType.NONE);
            assertThat(raised.getAlarmsList()).hasSize(1);
            long member = cluster.node(0).memberId();
            assertThat(raised.getAlarms(0).getMemberID()).isEqualTo(member);
            for (int node = 0; node < 3; node++) {
                Channel channel = cluster.channel(node);
                assertThatThrownBy(() -> put(channel, "small", 1)).hasMessage(NO_SPACE);
            }
            Channel any = cluster.channel(2);
            kv(any).deleteRange(DeleteRangeRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("key"))
                    .setRangeEnd(ByteString.copyFromUtf8("kez"))
                    .build());
            long revision = kv(any).range(RangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("key0"))
                            .build())
                    .getHeader()
                    .getRevision();
            kv(any).compact(CompactionRequest.newBuilder()
                    .setRevision(revision)
                    .setPhysical(true)
                    .build());

            // Each member may have raised its own alarm by now, and may still be taking off what was compacted.
            await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> {
                for (int node = 0; node < 3; node++) {
                    maintenance(cluster.channel(node)).defragment(DefragmentRequest.getDefaultInstance());
                    alarm(
                            any,
                            AlarmRequest.AlarmAction.DEACTIVATE,
                            cluster.node(node).memberId(),
                            AlarmType.NOSPACE);
                }
                put(cluster.channel(0), "small", 1);
                put(cluster.channel(1), "small", 1);
            });
        }
    }

    @Test
    void disk_nearlyFull_raisesTheAlarmWithoutAnyWrite() {
        try (EmbeddedCluster cluster = EmbeddedCluster.builder(1)
                .upkeep(Upkeep.DEFAULT.withMinFreeBytes(1L << 49))
                .start()) {
            Channel channel = cluster.channel(0);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(alarm(channel, AlarmRequest.AlarmAction.GET, 0, AlarmType.NOSPACE)
                                    .getAlarmsList())
                            .hasSize(1));
            assertThatThrownBy(() -> put(channel, "k", 1)).hasMessage(NO_SPACE);
        }
    }
}
