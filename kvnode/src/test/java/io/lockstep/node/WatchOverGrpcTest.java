package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchProgressRequest;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.config.NodeLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watches on a whole node. */
class WatchOverGrpcTest {
    @TempDir
    Path directory;

    private KvNode node;

    @BeforeEach
    void start() {
        node = KvNode.start(NodeConfig.embedded(directory.resolve("data")).build());
        awaitLeader();
    }

    private void awaitLeader() {
        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() ->
                        kv().range(RangeRequest.newBuilder().setKey(bytes("a")).build())
                                        .getHeader()
                                        .getRevision()
                                == 1);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void historyAndWhatFollows_areToldInOrder() {
        put("a", "1");
        put("b", "2");
        put("a", "3");
        Watch watch = new Watch(node.channel());
        watch.request(100);
        watch.create(key("a").setStartRevision(2).setPrevKv(true));
        await().until(() -> watch.events().size() == 2);
        delete("a");
        put("a", "4");

        await().until(() -> watch.events().size() == 4);
        List<Event> events = watch.events();
        assertThat(events).extracting(event -> event.getKv().getModRevision()).containsExactly(2L, 4L, 5L, 6L);
        assertThat(events.get(0).hasPrevKv()).isFalse();
        assertThat(events.get(1).getPrevKv().getValue()).isEqualTo(bytes("1"));
        assertThat(events.get(2).getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(events.get(2).getKv().getVersion()).isZero();
        assertThat(events.get(2).getPrevKv().getValue()).isEqualTo(bytes("3"));
        assertThat(events.get(3).getKv().getCreateRevision()).isEqualTo(6);
        assertThat(events.get(3).hasPrevKv()).isFalse();
    }

    @Test
    void clientThatReadsNothing_missesNothingWhenItDoes() {
        byte[] value = new byte[100_000];
        Watch watch = new Watch(node.channel());
        watch.request(1);
        watch.create(key("a"));
        await().until(() -> watch.answers.size() == 1);
        for (int i = 0; i < 100; i++) {
            put("a", ByteString.copyFrom(value));
        }
        // 10 MB were written and the client took none of it; others are told all the same.
        Watch other = new Watch(node.channel());
        other.request(10);
        other.create(key("b"));
        await().until(() -> other.answers.size() == 1);
        put("b", "x");
        await().until(() -> other.events().size() == 1);

        watch.request(1000);

        await().until(() -> watch.events().size() == 100);
        for (int i = 0; i < 100; i++) {
            assertThat(watch.events().get(i).getKv().getModRevision()).isEqualTo(2 + i);
        }
    }

    @Test
    void historyUnderWrites_joinsWhatHappensWithoutGapOrDouble() throws Exception {
        for (int i = 0; i < 300; i++) {
            put("k/" + i % 7, "old");
        }
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 500; i++) {
                put("k/" + i % 7, "new");
            }
        });
        writer.start();
        List<Watch> watches = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Watch watch = new Watch(node.channel());
            watch.request(100_000);
            watch.create(key("k/").setRangeEnd(bytes("k0")).setStartRevision(2 + i * 50L));
            watches.add(watch);
        }
        writer.join(TimeUnit.SECONDS.toMillis(30));

        for (int i = 0; i < 5; i++) {
            Watch watch = watches.get(i);
            int expected = 800 - i * 50;
            await().until(() -> watch.events().size() >= expected);
            List<Event> events = watch.events();
            assertThat(events).hasSize(expected);
            for (int e = 0; e < expected; e++) {
                assertThat(events.get(e).getKv().getModRevision()).isEqualTo(2 + i * 50L + e);
            }
        }
    }

    @Test
    void compactedRevision_endsTheWatchWithIt() {
        put("a", "1");
        put("a", "2");
        put("a", "3");
        var unused = kv().compact(CompactionRequest.newBuilder()
                .setRevision(3)
                .setPhysical(true)
                .build());
        Watch watch = new Watch(node.channel());
        watch.request(100);
        watch.create(key("a").setStartRevision(2));
        watch.create(key("a").setStartRevision(3).setPrevKv(true));

        await().until(() -> watch.answers.size() == 4);
        WatchResponse end = watch.answers.stream()
                .filter(WatchResponse::getCanceled)
                .findFirst()
                .orElseThrow();
        assertThat(end.getCompactRevision()).isEqualTo(3);
        assertThat(end.getWatchId()).isZero();
        assertThat(end.getHeader().getRevision()).isZero();
        assertThat(watch.events()).extracting(Event::hasPrevKv).containsExactly(false, true);
    }

    @Test
    void progressAsked_isAnsweredBehindTheEvents() {
        Watch watch = new Watch(node.channel());
        watch.request(100);
        watch.create(key("a"));
        await().until(() -> watch.answers.size() == 1);
        put("a", "1");
        put("z", "1");
        await().until(() -> watch.events().size() == 1);
        watch.send(WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());

        await().until(() -> watch.answers.size() == 3);
        assertThat(watch.answers.get(2).getWatchId()).isEqualTo(-1);
        assertThat(watch.answers.get(2).getHeader().getRevision()).isEqualTo(3);
        assertThat(watch.answers.get(2).getHeader().getMemberId()).isEqualTo(node.memberId());
    }

    @Test
    void progressInterval_isTheOneThatWasSet() {
        node.close();
        node = KvNode.start(NodeConfig.embedded(directory.resolve("quick"))
                .limits(NodeLimits.DEFAULT.withWatchProgressInterval(Duration.ofMillis(100)))
                .build());
        awaitLeader();
        put("z", "1");
        Watch watch = new Watch(node.channel());
        watch.request(100);
        watch.create(key("a").setProgressNotify(true));
        watch.create(key("a"));

        await().until(() -> watch.answers.size() >= 5);
        List<WatchResponse> told =
                watch.answers.stream().filter(answer -> !answer.getCreated()).toList();
        assertThat(told)
                .allSatisfy(answer -> assertThat(answer.getWatchId()).isZero())
                .allSatisfy(answer -> assertThat(answer.getEventsCount()).isZero())
                .allSatisfy(
                        answer -> assertThat(answer.getHeader().getRevision()).isEqualTo(2));
    }

    @Test
    void nodeClosing_endsTheStreamAsStopped() {
        Watch watch = new Watch(node.channel());
        watch.request(100);
        watch.create(key("a"));
        await().until(() -> watch.answers.size() == 1);

        node.close();

        await().until(() -> watch.status != null);
        assertThat(watch.status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    private KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(node.channel()).withDeadlineAfter(Duration.ofSeconds(10));
    }

    private void put(String key, String value) {
        put(key, bytes(value));
    }

    private void put(String key, ByteString value) {
        var unused = kv().put(PutRequest.newBuilder()
                .setKey(bytes(key))
                .setValue(value)
                .build());
    }

    private void delete(String key) {
        var unused = kv().deleteRange(
                        DeleteRangeRequest.newBuilder().setKey(bytes(key)).build());
    }

    private static WatchCreateRequest.Builder key(String key) {
        return WatchCreateRequest.newBuilder().setKey(bytes(key));
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static final class Watch extends ClientCall.Listener<WatchResponse> {
        final List<WatchResponse> answers = new CopyOnWriteArrayList<>();
        volatile @Nullable Status status;
        private final ClientCall<WatchRequest, WatchResponse> call;

        Watch(Channel channel) {
            call = channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
            call.start(this, new Metadata());
        }

        void request(int count) {
            call.request(count);
        }

        void create(WatchCreateRequest.Builder request) {
            send(WatchRequest.newBuilder().setCreateRequest(request).build());
        }

        void send(WatchRequest request) {
            call.sendMessage(request);
        }

        List<Event> events() {
            List<Event> events = new ArrayList<>();
            answers.forEach(answer -> events.addAll(answer.getEventsList()));
            return events;
        }

        @Override
        public void onMessage(WatchResponse answer) {
            answers.add(answer);
        }

        @Override
        public void onClose(Status closed, Metadata trailers) {
            status = closed;
        }
    }
}
