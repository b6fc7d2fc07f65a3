package io.lockstep.jepsen.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.lockstep.api.KVGrpc;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Consistency;
import io.lockstep.jepsen.history.Outcome;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class ErrorsTest {
    private static final Action WRITE = new Action.Write("k", "v");
    private static final Action READ = new Action.Read("k", Consistency.LINEARIZABLE);

    @Test
    void write_refusedByRule_failed() {
        assertThat(Errors.outcomeOf(WRITE, Status.INVALID_ARGUMENT)).isEqualTo(Outcome.FAIL);
        assertThat(Errors.outcomeOf(WRITE, Status.RESOURCE_EXHAUSTED)).isEqualTo(Outcome.FAIL);
    }

    @Test
    void write_withAnyOtherError_isUnknown() {
        for (Status status : new Status[] {
            Status.UNAVAILABLE.withDescription("etcdserver: leader changed"),
            Status.DEADLINE_EXCEEDED,
            Status.CANCELLED,
            Status.UNKNOWN,
            Status.INTERNAL,
            Status.ABORTED
        }) {
            assertThat(Errors.outcomeOf(WRITE, status)).as(status.toString()).isEqualTo(Outcome.UNKNOWN);
            assertThat(Errors.outcomeOf(READ, status)).as(status.toString()).isEqualTo(Outcome.FAIL);
        }
    }

    @Test
    void write_toAPortThatNobodyListensOn_failed() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        try (NodeClient client = new NodeClient("127.0.0.1", port)) {
            CallException refused = catchThrowableOfType(CallException.class, () -> client.perform(WRITE, 5_000));
            assertThat(refused.outcome()).isEqualTo(Outcome.FAIL);
            assertThat(refused.neverConnected()).isTrue();
        }
    }

    /** The server takes the request and dies: the connection breaks, and nobody knows. */
    @Test
    void write_onAConnectionThatBreaks_isUnknown() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(new KVGrpc.KVImplBase() {
                    @Override
                    public void put(PutRequest request, StreamObserver<PutResponse> answer) {
                        arrived.countDown();
                    }
                })
                .build()
                .start();
        Thread killer = new Thread(() -> {
            try {
                arrived.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            server.shutdownNow();
        });
        killer.start();
        try (NodeClient client = new NodeClient("127.0.0.1", server.getPort())) {
            CallException broken = catchThrowableOfType(CallException.class, () -> client.perform(WRITE, 10_000));
            assertThat(broken.outcome()).as(broken.toString()).isEqualTo(Outcome.UNKNOWN);
        } finally {
            server.shutdownNow();
            killer.join();
        }
    }

    @Test
    void write_withoutAnAnswerInTime_isUnknown() throws Exception {
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(new KVGrpc.KVImplBase() {
                    @Override
                    public void put(PutRequest request, StreamObserver<PutResponse> answer) {
                        // never answers
                    }
                })
                .build()
                .start();
        try (NodeClient client = new NodeClient("127.0.0.1", server.getPort())) {
            CallException late = catchThrowableOfType(CallException.class, () -> client.perform(WRITE, 300));
            assertThat(late.outcome()).isEqualTo(Outcome.UNKNOWN);
        } finally {
            server.shutdownNow();
        }
    }
}
