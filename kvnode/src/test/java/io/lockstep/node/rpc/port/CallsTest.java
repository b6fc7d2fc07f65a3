package io.lockstep.node.rpc.port;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.StatusRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.node.rpc.OpenCalls;
import io.lockstep.node.rpc.ServiceTable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a call meets on its way, over gRPC. */
class CallsTest {
    private static final PutRequest PUT =
            PutRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();
    private static final RangeRequest GET =
            RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")).build();

    private TestPort port;
    private KVGrpc.KVBlockingStub kv;

    @BeforeEach
    void start() throws IOException {
        port = new TestPort();
        kv = KVGrpc.newBlockingStub(port.channel());
    }

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void put_cancelledByItsClient_cancelsTheProposal() {
        port.node.silent = true;
        ListenableFuture<PutResponse> answer =
                KVGrpc.newFutureStub(port.channel()).put(PUT);
        Awaitility.await().until(() -> port.node.unanswered.size() == 1);

        answer.cancel(true);

        Awaitility.await().until(() -> port.node.unanswered.get(0).isCancelled());
    }

    @Test
    void deadline_ofTheClientOrOurs_theEarlierCounts() {
        long before = System.nanoTime();
        kv.withDeadlineAfter(2, TimeUnit.SECONDS).put(PUT);
        assertThat(Duration.ofNanos(port.node.lastDeadlineNanos - before))
                .isBetween(Duration.ofMillis(1000), Duration.ofMillis(1900));

        before = System.nanoTime();
        kv.withDeadlineAfter(1, TimeUnit.HOURS).range(GET);
        assertThat(Duration.ofNanos(port.node.lastDeadlineNanos - before))
                .isBetween(Duration.ofMillis(6900), Duration.ofSeconds(9));

        before = System.nanoTime();
        kv.put(PUT);
        assertThat(Duration.ofNanos(port.node.lastDeadlineNanos - before))
                .isBetween(Duration.ofMillis(6900), Duration.ofSeconds(9));
    }

    @Test
    void unknownOutcome_reachesTheClientWithItsText() {
        port.node.writeFailure = KvError.TIMEOUT_LEADER_FAILED;

        refused(
                Status.Code.UNAVAILABLE,
                "etcdserver: request timed out, possibly due to previous leader failure",
                () -> kv.put(PUT));
    }

    @Test
    void bug_isInternalAndTheNextCallIsServed() {
        port.node.bug = new IllegalStateException("something secret");
        assertThatThrownBy(() -> kv.put(PUT))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageStartingWith("INTERNAL")
                .hasMessageNotContaining("secret");

        port.node.bug = null;
        assertThat(kv.put(PUT).getHeader().getRevision()).isEqualTo(2);
    }

    @Test
    void message_largerThanTheTransportTakes_isResourceExhausted() {
        PutRequest huge = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .setValue(ByteString.copyFrom(new byte[2 << 20]))
                .build();
        assertThatThrownBy(() -> kv.put(huge))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
        PutRequest large = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .setValue(ByteString.copyFrom(new byte[1600 * 1024]))
                .build();
        refused(Status.Code.INVALID_ARGUMENT, "etcdserver: request is too large", () -> kv.put(large));
        assertThat(port.node.proposed).isEmpty();
    }

    @Test
    void hasLeader_withoutOne_isRefusedAndOthersAreNot() {
        port.node.leader = 0;
        RangeRequest local = GET.toBuilder().setSerializable(true).build();

        refused(
                Status.Code.UNAVAILABLE,
                "etcdserver: no leader",
                () -> with("hasleader", "true").range(local));
        assertThat(with("hasleader", "false").range(local).getCount()).isZero();
        assertThat(kv.range(local).getCount()).isZero();
        port.node.leader = 5;
        assertThat(with("hasleader", "true").range(local).getCount()).isZero();
    }

    @Test
    void learner_answersStatusAndSerializableReadsOnly() {
        port.node.learner = true;
        String text = "etcdserver: rpc not supported for learner";

        refused(Status.Code.FAILED_PRECONDITION, text, () -> kv.put(PUT));
        refused(Status.Code.FAILED_PRECONDITION, text, () -> kv.range(GET));
        assertThat(kv.range(GET.toBuilder().setSerializable(true).build()).getCount())
                .isZero();
        assertThat(MaintenanceGrpc.newBlockingStub(port.channel())
                        .status(StatusRequest.getDefaultInstance())
                        .getIsLearner())
                .isTrue();
    }

    @Test
    void unknownMethod_isUnimplemented() {
        MethodDescriptor<RangeRequest, PutResponse> unknown = KVGrpc.getRangeMethod().toBuilder(
                        KVGrpc.getRangeMethod().getRequestMarshaller(),
                        KVGrpc.getPutMethod().getResponseMarshaller())
                .setFullMethodName("etcdserverpb.KV/RangeStream")
                .build();

        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(port.channel(), unknown, port.options(), GET))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
    }

    @Test
    void health_isServing() {
        assertThat(HealthGrpc.newBlockingStub(port.channel())
                        .check(HealthCheckRequest.getDefaultInstance())
                        .getStatus())
                .isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void close_withACallUnderWay_endsItSoon() {
        port.node.silent = true;
        ListenableFuture<PutResponse> answer =
                KVGrpc.newFutureStub(port.channel()).put(PUT);
        Awaitility.await().until(() -> port.node.unanswered.size() == 1);

        port.port.close();

        Awaitility.await().atMost(Duration.ofSeconds(5)).until(answer::isDone);
    }

    @Test
    void apiServices_allAreKnownToGrpc() {
        assertThat(new ServiceTable(
                                port.node.services(),
                                TestPort.LIMITS,
                                new OpenCalls(TestPort.LIMITS),
                                Runnable::run,
                                port.node.health())
                        .services())
                .extracting(ServiceDescriptor::getName)
                .containsExactlyInAnyOrder(
                        "etcdserverpb.KV",
                        "etcdserverpb.Watch",
                        "etcdserverpb.Lease",
                        "etcdserverpb.Cluster",
                        "etcdserverpb.Maintenance",
                        "etcdserverpb.Auth",
                        "v3lockpb.Lock",
                        "v3electionpb.Election",
                        "grpc.health.v1.Health");
    }

    private KVGrpc.KVBlockingStub with(String name, String value) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        return kv.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    private static void refused(Status.Code code, String text, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
            assertThat(failure.getStatus().getDescription()).isEqualTo(text);
            assertThat(failure.getStatus().getCode()).isEqualTo(code);
        });
    }
}
