package io.lockstep.node.rpc;

import io.lockstep.api.LeaseGrpc;
import io.lockstep.api.LeaseKeepAliveRequest;
import io.lockstep.api.LeaseKeepAliveResponse;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.SnapshotRequest;
import io.lockstep.api.SnapshotResponse;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Streams for tests of what carries streams. The one of leases answers each id with itself, at once or when told to, and
 * fails at id 13; it ends when the client has said all. The one of snapshots answers {@link #snapshotAnswers} times, as
 * fast as the connection takes them.
 */
public final class EchoStream {
    public static final long UNLUCKY = 13;
    public static final int MAX_OPEN_REQUESTS = 4;

    public final Queue<CompletableFuture<Void>> inHand = new ConcurrentLinkedQueue<>();
    public final AtomicInteger requests = new AtomicInteger();
    public final AtomicInteger ended = new AtomicInteger();
    public final AtomicInteger sent = new AtomicInteger();
    public volatile boolean holdRequests;
    public volatile boolean endWithClient = true;
    public volatile int snapshotAnswers = 3;
    public volatile SnapshotResponse snapshotAnswer =
            SnapshotResponse.newBuilder().setRemainingBytes(7).build();

    public ServiceTable table() {
        return new ServiceTable(
                List.of(),
                List.of(
                        new StreamRpc<>(LeaseGrpc.getLeaseKeepAliveMethod(), MAX_OPEN_REQUESTS, Echo::new),
                        new StreamRpc<>(MaintenanceGrpc.getSnapshotMethod(), 1, Flood::new)));
    }

    private final class Echo implements StreamListener<LeaseKeepAliveRequest> {
        private final StreamCall<LeaseKeepAliveResponse> call;

        Echo(StreamCall<LeaseKeepAliveResponse> call) {
            this.call = call;
        }

        @Override
        public CompletableFuture<?> onRequest(LeaseKeepAliveRequest request) {
            requests.incrementAndGet();
            if (request.getID() == UNLUCKY) {
                throw new KvException.Failed(KvError.LEASE_NOT_FOUND);
            }
            call.send(LeaseKeepAliveResponse.newBuilder().setID(request.getID()).build());
            if (!holdRequests) {
                return StreamRpc.TAKEN;
            }
            CompletableFuture<Void> taken = new CompletableFuture<>();
            inHand.add(taken);
            return taken;
        }

        @Override
        public void onHalfClose() {
            if (endWithClient) {
                call.end();
            }
        }

        @Override
        public void onEnd() {
            ended.incrementAndGet();
        }
    }

    private final class Flood implements StreamListener<SnapshotRequest> {
        private final StreamCall<SnapshotResponse> call;
        private boolean asked;
        private int left = snapshotAnswers;

        Flood(StreamCall<SnapshotResponse> call) {
            this.call = call;
        }

        @Override
        public CompletableFuture<?> onRequest(SnapshotRequest request) {
            asked = true;
            onReady();
            return StreamRpc.TAKEN;
        }

        @Override
        public void onReady() {
            while (asked && left > 0 && call.isReady()) {
                left--;
                call.send(snapshotAnswer);
                sent.incrementAndGet();
            }
            if (left == 0) {
                call.end();
            }
        }

        @Override
        public void onEnd() {
            ended.incrementAndGet();
        }
    }
}
