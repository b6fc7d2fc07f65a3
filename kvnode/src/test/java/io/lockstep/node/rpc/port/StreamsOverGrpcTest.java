package io.lockstep.node.rpc.port;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseKeepAliveRequest;
import io.lockstep.api.LeaseKeepAliveResponse;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.SnapshotRequest;
import io.lockstep.api.SnapshotResponse;
import io.lockstep.node.rpc.EchoStream;
import io.lockstep.node.rpc.RpcLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What carries streams over gRPC: order, bounds in both directions, and every way in which a stream ends. */
class StreamsOverGrpcTest {
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final EchoStream echo = new EchoStream();
    private @Nullable TestPort port;

    @AfterEach
    void stop() {
        if (port != null) {
            port.close();
        }
    }

    private TestPort start() throws IOException {
        return start(RpcLimits.defaults().withElectionTimeout(Duration.ofMillis(100)));
    }

    private TestPort start(RpcLimits limits) throws IOException {
        TestPort started = new TestPort(limits, echo.table());
        port = started;
        return started;
    }

    @Test
    void requests_areAnsweredInOrderAndTheStreamEndsWhenTheServerEndsIt() throws IOException {
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> client = keepAlive(start(), false);
        client.request(100);

        for (long id = 1; id <= 6; id++) {
            client.send(id(id + 100));
        }
        Awaitility.await().until(() -> client.answers.size() == 6);
        client.call.halfClose();

        Awaitility.await().until(() -> client.status != null);
        assertThat(client.status.getCode()).isEqualTo(Status.Code.OK);
        assertThat(client.answers)
                .extracting(LeaseKeepAliveResponse::getID)
                .containsExactly(101L, 102L, 103L, 104L, 105L, 106L);
        Awaitility.await().until(() -> echo.ended.get() == 1);
    }

    @Test
    void stream_halfClosed_livesOnIfItsMethodLetsIt() throws IOException {
        echo.endWithClient = false;
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> client = keepAlive(start(), false);
        client.request(100);
        client.send(id(1));
        client.call.halfClose();
        Awaitility.await().until(() -> client.answers.size() == 1);

        assertThat(client.status).isNull();
        assertThat(echo.ended).hasValue(0);
        client.call.cancel("enough", null);
        Awaitility.await().until(() -> echo.ended.get() == 1);
    }

    @Test
    void requests_inHand_keepLaterOnesOnTheConnection() throws IOException {
        echo.holdRequests = true;
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> client = keepAlive(start(), false);
        client.request(100);
        for (long id = 1; id <= 10; id++) {
            client.send(id(id + 100));
        }
        Awaitility.await().until(() -> client.answers.size() == EchoStream.MAX_OPEN_REQUESTS);
        assertThat(echo.requests).hasValue(EchoStream.MAX_OPEN_REQUESTS);

        echo.inHand.remove().complete(null);

        Awaitility.await().until(() -> client.answers.size() == EchoStream.MAX_OPEN_REQUESTS + 1);
        assertThat(echo.requests).hasValue(EchoStream.MAX_OPEN_REQUESTS + 1);
    }

    @Test
    void answers_notTaken_stopTheSenderAndTheTakingOfRequests() throws IOException {
        echo.snapshotAnswers = 1000;
        echo.snapshotAnswer = SnapshotResponse.newBuilder()
                .setBlob(ByteString.copyFrom(new byte[32 * 1024]))
                .build();
        Client<SnapshotRequest, SnapshotResponse> client =
                open(start(), MaintenanceGrpc.getSnapshotMethod(), new Metadata());
        client.send(SnapshotRequest.getDefaultInstance());
        client.call.halfClose();
        client.request(1);
        Awaitility.await().until(() -> client.answers.size() == 1);

        // 32 MB in all: flow control and the outbound bound together hold most of it back.
        Awaitility.await().during(Duration.ofMillis(300)).until(() -> echo.sent.get() < 500);
        client.request(2000);

        Awaitility.await().until(() -> client.status != null);
        assertThat(client.answers).hasSize(1000);
        assertThat(client.status.getCode()).isEqualTo(Status.Code.OK);
    }

    @Test
    void handler_throwing_endsTheStreamWithItsError() throws IOException {
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> client = keepAlive(start(), false);
        client.request(100);
        client.send(id(1));
        client.send(id(EchoStream.UNLUCKY));
        client.send(id(2));

        Awaitility.await().until(() -> client.status != null);
        assertThat(client.status.getCode()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(client.status.getDescription()).isEqualTo("etcdserver: requested lease not found");
        assertThat(client.answers).hasSize(1);
        Awaitility.await().until(() -> echo.ended.get() == 1);
    }

    @Test
    void clientLeaving_endsTheStream() throws IOException {
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> client = keepAlive(start(), false);
        client.request(100);
        client.send(id(1));
        Awaitility.await().until(() -> client.answers.size() == 1);

        client.call.cancel("gone", null);

        Awaitility.await().until(() -> echo.ended.get() == 1);
    }

    @Test
    void portClosing_endsStreamsAsStopped() throws IOException {
        TestPort started = start();
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> client = keepAlive(started, false);
        client.request(100);
        client.send(id(1));
        Awaitility.await().until(() -> client.answers.size() == 1);

        started.port.close();

        Awaitility.await().until(() -> client.status != null);
        assertThat(client.status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(client.status.getDescription()).isEqualTo("etcdserver: server stopped");
        Awaitility.await().until(() -> echo.ended.get() == 1);
    }

    @Test
    void leaderLost_endsOnlyStreamsThatAskedForOne() throws IOException {
        TestPort started = start();
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> asking = keepAlive(started, true);
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> other = keepAlive(started, false);
        asking.request(100);
        other.request(100);
        asking.send(id(1));
        other.send(id(2));
        Awaitility.await().until(() -> asking.answers.size() == 1 && other.answers.size() == 1);

        started.node.leader = 0;

        Awaitility.await().until(() -> asking.status != null);
        assertThat(asking.status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(asking.status.getDescription()).isEqualTo("etcdserver: no leader");
        assertThat(other.status).isNull();
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> late = keepAlive(started, true);
        late.request(1);
        Awaitility.await().until(() -> late.status != null);
        assertThat(late.status.getDescription()).isEqualTo("etcdserver: no leader");
    }

    @Test
    void learner_opensOnlySnapshots() throws IOException {
        TestPort started = start();
        started.node.learner = true;
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> refused = keepAlive(started, false);
        refused.request(1);
        Client<SnapshotRequest, SnapshotResponse> served =
                open(started, MaintenanceGrpc.getSnapshotMethod(), new Metadata());
        served.request(10);
        served.send(SnapshotRequest.getDefaultInstance());
        served.call.halfClose();

        Awaitility.await().until(() -> refused.status != null && served.status != null);
        assertThat(refused.status.getDescription()).isEqualTo("etcdserver: rpc not supported for learner");
        assertThat(served.status.getCode()).isEqualTo(Status.Code.OK);
        assertThat(served.answers).hasSize(3);
    }

    @Test
    void streams_beyondTheBound_areRefused() throws IOException {
        RpcLimits limits = new RpcLimits(
                1 << 20,
                128,
                Duration.ofSeconds(7),
                1,
                1,
                Duration.ofSeconds(1),
                100,
                100,
                1 << 20,
                1,
                Duration.ofSeconds(3),
                Duration.ofMinutes(5));
        TestPort started = start(limits);
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> first = keepAlive(started, false);
        first.request(10);
        first.send(id(1));
        Awaitility.await().until(() -> first.answers.size() == 1);

        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> second = keepAlive(started, false);
        second.request(10);

        Awaitility.await().until(() -> second.status != null);
        assertThat(second.status.getDescription()).isEqualTo("etcdserver: too many requests");
        first.call.halfClose();
        Awaitility.await().until(() -> echo.ended.get() == 1);
        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> third = keepAlive(started, false);
        third.request(10);
        third.send(id(3));
        Awaitility.await().until(() -> third.answers.size() == 1);
    }

    /** Where etcd has no bound: docs/divergence.md. */
    @Test
    void streams_beyondTheBoundOfTheirConnection_waitAtTheClientForOneThatEnds() throws IOException {
        TestPort started = start(RpcLimits.defaults().with(1 << 20, 128, 2));
        List<Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse>> served =
                List.of(keepAlive(started, false), keepAlive(started, false));
        served.forEach(client -> client.request(10));
        served.forEach(client -> client.send(id(1)));
        Awaitility.await().until(() -> served.stream().allMatch(client -> client.answers.size() == 1));

        Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> waiting = keepAlive(started, false);
        waiting.request(10);
        waiting.send(id(3));
        ManagedChannel elsewhere =
                NettyChannelBuilder.forAddress(started.address()).usePlaintext().build();
        try {
            Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> other =
                    new Client<>(elsewhere.newCall(LeaseGrpc.getLeaseKeepAliveMethod(), started.options()));
            other.call.start(other, new Metadata());
            other.request(10);
            other.send(id(4));
            Awaitility.await().until(() -> other.answers.size() == 1);
            assertThat(waiting.answers).isEmpty();
            assertThat(waiting.status).isNull();
        } finally {
            elsewhere.shutdownNow();
        }
        served.get(0).call.halfClose();
        Awaitility.await().until(() -> waiting.answers.size() == 1);
    }

    private Client<LeaseKeepAliveRequest, LeaseKeepAliveResponse> keepAlive(TestPort at, boolean hasLeader) {
        Metadata metadata = new Metadata();
        if (hasLeader) {
            metadata.put(HAS_LEADER, "true");
        }
        return open(at, LeaseGrpc.getLeaseKeepAliveMethod(), metadata);
    }

    private static LeaseKeepAliveRequest id(long id) {
        return LeaseKeepAliveRequest.newBuilder().setID(id).build();
    }

    private static <Q, R> Client<Q, R> open(TestPort at, MethodDescriptor<Q, R> method, Metadata metadata) {
        ClientCall<Q, R> call = at.channel().newCall(method, at.options());
        Client<Q, R> client = new Client<>(call);
        call.start(client, metadata);
        return client;
    }

    private static final class Client<Q, R> extends ClientCall.Listener<R> {
        final ClientCall<Q, R> call;
        final List<R> answers = new CopyOnWriteArrayList<>();
        volatile @Nullable Status status;

        Client(ClientCall<Q, R> call) {
            this.call = call;
        }

        void request(int count) {
            call.request(count);
        }

        void send(Q request) {
            call.sendMessage(request);
        }

        @Override
        public void onMessage(R answer) {
            answers.add(answer);
        }

        @Override
        public void onClose(Status closed, Metadata trailers) {
            status = closed;
        }
    }
}
