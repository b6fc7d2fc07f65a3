package io.lockstep.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import io.lockstep.node.embedded.EmbeddedCluster;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Watches of the client on three real nodes. */
class WatchTest extends OnThreeNodes {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    WatchTest(EmbeddedCluster cluster) {
        super(cluster);
    }

    private static final class Heard implements WatchListener {
        final List<Event> events = new CopyOnWriteArrayList<>();
        final List<WatchResponse> compacted = new CopyOnWriteArrayList<>();
        final List<String> refused = new CopyOnWriteArrayList<>();
        volatile CountDownLatch open = new CountDownLatch(0);

        @Override
        public void onAnswer(WatchResponse answer) {
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            events.addAll(answer.getEventsList());
        }

        @Override
        public void onCompacted(WatchResponse answer) {
            compacted.add(answer);
        }

        @Override
        public void onRefused(String reason) {
            refused.add(reason);
        }

        List<String> values() {
            return events.stream()
                    .map(event -> event.getKv().getValue().toStringUtf8())
                    .toList();
        }
    }

    private long put(String key, String value) {
        return client.sync().put(key, value).getHeader().getRevision();
    }

    private static WatchCreateRequest key(String key, long from) {
        return WatchCreateRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setStartRevision(from)
                .build();
    }

    @Test
    void watch_whoseMemberDies_goesOnElsewhereWithoutGapOrDouble() {
        long first = put("resumed", "0");
        Heard heard = new Heard();
        try (Watch watch = client.watch(key("resumed", first), heard)) {
            for (int i = 1; i <= 10; i++) {
                put("resumed", Integer.toString(i));
            }
            await().atMost(PATIENCE).until(() -> heard.events.size() == 11);
            // Whichever member the watch is at, it is one of these two or moves when they come back.
            for (int member = 0; member < 3; member++) {
                cluster.kill(member);
                for (int i = 0; i < 5; i++) {
                    put("resumed", Integer.toString(11 + member * 5 + i));
                }
                cluster.restart(member);
            }
            await().atMost(PATIENCE).until(() -> heard.events.size() >= 26);
        }
        assertThat(heard.values())
                .containsExactlyElementsOf(java.util.stream.IntStream.rangeClosed(0, 25)
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @Test
    void watch_ofACompactedRevision_isToldSo() {
        put("compacted", "1");
        long kept = put("compacted", "2");
        var unused = client.sync().compact(kept, false);
        Heard heard = new Heard();
        try (Watch watch = client.watch(key("compacted", 1), heard)) {
            await().atMost(PATIENCE).until(() -> !heard.compacted.isEmpty());
        }
        assertThat(heard.compacted.get(0).getCompactRevision()).isGreaterThanOrEqualTo(kept);
    }

    @Test
    void watch_ofARangeWithoutKeys_isRefused() {
        Heard heard = new Heard();
        WatchCreateRequest empty = WatchCreateRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("b"))
                .setRangeEnd(ByteString.copyFromUtf8("a"))
                .build();
        try (Watch watch = client.watch(empty, heard)) {
            await().atMost(PATIENCE).until(() -> !heard.refused.isEmpty());
        }
        assertThat(heard.refused).containsExactly("mvcc: watcher range is empty");
    }

    @Test
    void listener_thatBlocks_holdsUpOnlyItsOwnWatch() {
        long from = put("slow", "0");
        Heard slow = new Heard();
        slow.open = new CountDownLatch(1);
        Heard quick = new Heard();
        try (Watch one = client.watch(key("slow", from), slow);
                Watch other = client.watch(key("slow", from), quick)) {
            for (int i = 1; i <= 20; i++) {
                put("slow", Integer.toString(i));
            }
            await().atMost(PATIENCE).until(() -> quick.events.size() == 21);
            assertThat(slow.events).isEmpty();
            slow.open.countDown();
            await().atMost(PATIENCE).until(() -> slow.events.size() == 21);
        }
        assertThat(slow.values()).isEqualTo(quick.values());
    }
}
