package io.lockstep.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.node.config.NodeConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node inside another program. */
class EmbeddedNodeTest {
    private static final int RESTARTS = 20;

    /** Of one node; what JRaft and gRPC share in a JVM has other names, ends when idle and does not grow. */
    private static final List<String> OWN_THREADS = List.of(
            "lockstep-", "peer-", "raft-", "JRaft-FSMCaller", "JRaft-LogManager", "JRaft-NodeImpl", "JRaft-ReadOnly");

    @TempDir
    Path directory;

    private static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static KVGrpc.KVBlockingStub kv(Channel channel) {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    private static void put(KvNode node, String key, String value) {
        var unused = kv(node.channel())
                .put(PutRequest.newBuilder()
                        .setKey(bytes(key))
                        .setValue(bytes(value))
                        .build());
    }

    private static RangeResponse get(KvNode node, String key) {
        return kv(node.channel())
                .range(RangeRequest.newBuilder().setKey(bytes(key)).build());
    }

    private static Set<String> ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> OWN_THREADS.stream().anyMatch(name::startsWith))
                // The group's executor, which JRaft never gives back: its threads end when idle.
                .filter(name -> !name.matches("lockstep-[0-9a-f]{9,16}-\\d+"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void start_alone_servesInProcessAndOverTcp() {
        try (KvNode node =
                KvNode.start(NodeConfig.embedded(directory.resolve("data")).build())) {
            put(node, "k", "v");
            assertThat(get(node, "k").getKvs(0).getValue()).isEqualTo(bytes("v"));
            assertThat(node.clientAddresses()).hasSize(1);
            assertThat(node.clientAddresses().get(0).getPort()).isPositive();
        }
    }

    @Test
    void start_twentyTimesOnTheSameDirectory_losesNothingAndLeavesNoThread() {
        NodeConfig config =
                NodeConfig.embedded(directory.resolve("data")).clientUrls().build();
        Set<String> before = ownThreads();
        for (int round = 0; round < RESTARTS; round++) {
            try (KvNode node = KvNode.start(config)) {
                put(node, "round", String.valueOf(round));
                RangeResponse answer = get(node, "round");
                assertThat(answer.getKvs(0).getVersion()).isEqualTo(round + 1);
                if (round % 2 == 1) {
                    node.faults().crash();
                }
            }
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(ownThreads()).containsExactlyInAnyOrderElementsOf(before));
    }

    @Test
    void twoNodes_ofTheirOwnClusters_doNotMeet() {
        try (KvNode one = KvNode.start(
                        NodeConfig.embedded(directory.resolve("one")).build());
                KvNode two = KvNode.start(
                        NodeConfig.embedded(directory.resolve("two")).build())) {
            put(one, "k", "1");
            put(two, "k", "2");
            assertThat(get(one, "k").getKvs(0).getValue()).isEqualTo(bytes("1"));
            assertThat(get(two, "k").getKvs(0).getValue()).isEqualTo(bytes("2"));
            assertThat(get(one, "k").getHeader().getClusterId())
                    .isNotEqualTo(get(two, "k").getHeader().getClusterId());
        }
    }

    @Test
    void channel_withoutAnyPort_turnsTheDialAndTellsItInTrailers() {
        try (KvNode node = KvNode.start(
                NodeConfig.embedded(directory.resolve("data")).clientUrls().build())) {
            assertThat(node.clientAddresses()).isEmpty();
            put(node, "k", "v");
            Metadata dial = new Metadata();
            dial.put(Metadata.Key.of("lockstep-max-staleness", Metadata.ASCII_STRING_MARSHALLER), "10s");
            AtomicReference<Metadata> trailers = new AtomicReference<>();
            Channel channel = ClientInterceptors.intercept(
                    node.channel(),
                    MetadataUtils.newAttachHeadersInterceptor(dial),
                    MetadataUtils.newCaptureMetadataInterceptor(new AtomicReference<>(), trailers));
            var unused = kv(channel)
                    .range(RangeRequest.newBuilder().setKey(bytes("k")).build());
            assertThat(trailers.get().get(Metadata.Key.of("lockstep-served", Metadata.ASCII_STRING_MARSHALLER)))
                    .isIn("bounded", "linearizable");
        }
    }

    @Test
    void channel_wrongRequest_isRefusedAsOverTcp() {
        try (KvNode node = KvNode.start(
                NodeConfig.embedded(directory.resolve("data")).clientUrls().build())) {
            assertThatThrownBy(() -> put(node, "", "v"))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessage("INVALID_ARGUMENT: etcdserver: key is not provided");
        }
    }

    @Test
    void channel_deadline_reachesTheServices() {
        try (KvNode node = KvNode.start(
                NodeConfig.embedded(directory.resolve("data")).clientUrls().build())) {
            put(node, "k", "v");
            node.faults().pause();
            assertThatThrownBy(() -> KVGrpc.newBlockingStub(node.channel())
                            .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                            .range(RangeRequest.newBuilder()
                                    .setKey(bytes("k"))
                                    .setSerializable(true)
                                    .build()))
                    .extracting(e -> Status.fromThrowable(e).getCode())
                    .isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            node.faults().resume();
            assertThat(get(node, "k").getCount()).isEqualTo(1);
        }
    }

    @Test
    void channel_closedNode_isUnavailable() {
        KvNode node = KvNode.start(
                NodeConfig.embedded(directory.resolve("data")).clientUrls().build());
        Channel channel = node.channel();
        node.close();
        MethodDescriptor<RangeRequest, RangeResponse> range = KVGrpc.getRangeMethod();
        ClientCall<RangeRequest, RangeResponse> call = channel.newCall(range, CallOptions.DEFAULT);
        List<Status.Code> ends = new CopyOnWriteArrayList<>();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ends.add(status.getCode());
                    }
                },
                new Metadata());
        await().atMost(Duration.ofSeconds(10)).until(() -> ends.equals(List.of(Status.Code.UNAVAILABLE)));
    }

    @Test
    void reportAndClose_fatalError_closesTheNodeAndTheProcessLives() {
        ReportAndClose fatal = new ReportAndClose();
        KvNode node = KvNode.start(
                NodeConfig.embedded(directory.resolve("data")).clientUrls().build(), fatal);
        // Before the start has returned, as a founding member may learn it.
        fatal.onFatal("the disk is gone", null);
        fatal.started(node);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThatThrownBy(() -> get(node, "k"))
                        .extracting(e -> Status.fromThrowable(e).getCode())
                        .isEqualTo(Status.Code.UNAVAILABLE));
        assertThat(node.isLeader()).isFalse();
    }
}
