package io.lockstep.node.rpc.port;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.SnapshotRequest;
import io.lockstep.api.SnapshotResponse;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.apply.AppliedChanges;
import io.lockstep.node.mvcc.KeyChange;
import io.lockstep.node.rpc.Backup;
import io.lockstep.node.rpc.FakeNode;
import io.lockstep.node.rpc.RpcLimits;
import io.lockstep.node.rpc.http.HttpLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that stops reading holds nothing for ever: what its stream has taken is given back. */
class UnreadStreamTest {
    private static final String TEXT =
            "lockstep: the client took none of the stream's answers for too long: open it again";
    private static final ByteString LARGE = ByteString.copyFrom(new byte[32 * 1024]);

    /** Longer than a busy machine keeps a client that wants to read from reading. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final FakeNode node = new FakeNode();
    private TestPort port;

    @BeforeEach
    void start() throws IOException {
        RpcLimits limits = RpcLimits.defaults().withUnreadStreamPatience(PATIENCE);
        port = new TestPort(node, limits, HttpLimits.of(limits), Optional.empty());
    }

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void backup_thatNobodyReads_isGivenUp() {
        Pieces pieces = new Pieces(1_000);
        node.backup = pieces;
        Reader<SnapshotRequest, SnapshotResponse> client = open(MaintenanceGrpc.getSnapshotMethod());
        client.call.request(1);
        client.call.sendMessage(SnapshotRequest.getDefaultInstance());
        client.call.halfClose();

        await().until(() -> pieces.closed.get() == 1);

        assertThat(client.status).isNull();
        client.call.request(1_000);
        await().until(() -> client.status != null);
        assertThat(client.status.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(client.status.getDescription()).isEqualTo(TEXT);
        assertThat(client.answers).hasValueLessThan(1_000);
    }

    @Test
    void backup_thatIsRead_isWhole() {
        Pieces pieces = new Pieces(100);
        node.backup = pieces;
        Reader<SnapshotRequest, SnapshotResponse> client = open(MaintenanceGrpc.getSnapshotMethod());
        client.call.request(1_000);
        client.call.sendMessage(SnapshotRequest.getDefaultInstance());
        client.call.halfClose();

        await().until(() -> client.status != null);

        assertThat(client.status.getCode()).isEqualTo(Status.Code.OK);
        assertThat(client.answers).hasValue(100);
        await().until(() -> pieces.closed.get() == 1);
    }

    @Test
    void watch_thatNobodyReads_isGivenUpAndOthersGoOn() {
        Reader<WatchRequest, WatchResponse> idle = watch();
        idle.call.request(1);
        await().until(() -> node.watches.stats().watchers() == 1);
        Reader<WatchRequest, WatchResponse> other = watch();
        other.call.request(1_000);
        await().until(() -> node.watches.stats().watchers() == 2);

        for (long revision = 2; revision < 100; revision++) {
            node.watches.onChanges(change(revision));
        }

        await().until(() -> node.watches.stats().watchers() == 1);
        await().until(() -> other.answers.get() > 1);
        assertThat(other.status).isNull();
        idle.call.request(1_000);
        await().until(() -> idle.status != null);
        assertThat(idle.status.getDescription()).isEqualTo(TEXT);
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(Duration.ofSeconds(30));
    }

    private static AppliedChanges change(long revision) {
        KeyValue put = KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8("k"))
                .setValue(LARGE)
                .setModRevision(revision)
                .build();
        return new AppliedChanges(revision - 1, revision, List.of(new KeyChange(revision, put.getKey(), put, null)));
    }

    private Reader<WatchRequest, WatchResponse> watch() {
        Reader<WatchRequest, WatchResponse> client = open(WatchGrpc.getWatchMethod());
        client.call.sendMessage(WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(ByteString.copyFromUtf8("k")))
                .build());
        return client;
    }

    private <Q, R> Reader<Q, R> open(MethodDescriptor<Q, R> method) {
        Reader<Q, R> client = new Reader<>(port.channel().newCall(method, CallOptions.DEFAULT));
        client.call.start(client, new Metadata());
        return client;
    }

    private static final class Reader<Q, R> extends ClientCall.Listener<R> {
        final ClientCall<Q, R> call;
        final AtomicInteger answers = new AtomicInteger();
        volatile @Nullable Status status;

        Reader(ClientCall<Q, R> call) {
            this.call = call;
        }

        @Override
        public void onMessage(R answer) {
            answers.incrementAndGet();
        }

        @Override
        public void onClose(Status closed, Metadata trailers) {
            status = closed;
        }
    }

    private static final class Pieces implements Backup {
        final AtomicInteger closed = new AtomicInteger();
        private int left;

        Pieces(int count) {
            left = count;
        }

        @Override
        public long remainingBytes() {
            return left;
        }

        @Override
        public @Nullable ByteString next() {
            return left-- > 0 ? LARGE : null;
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }
}
