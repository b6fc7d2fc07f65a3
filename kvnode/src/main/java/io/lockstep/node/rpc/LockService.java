package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.lock.LockGrpc;
import io.lockstep.api.lock.LockRequest;
import io.lockstep.api.lock.LockResponse;
import io.lockstep.api.lock.UnlockRequest;
import io.lockstep.api.lock.UnlockResponse;
import io.lockstep.api.mvcc.KeyValue;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Mutual exclusion: see {@link Queueing}. A call for a lock may take as long as its client waits. */
final class LockService {
    private final Queueing queues;

    LockService(Queueing queues) {
        this.queues = queues;
    }

    List<UnaryRpc<?, ?>> rpcs() {
        return List.of(
                new UnaryRpc<>(LockGrpc.getLockMethod(), this::lock),
                new UnaryRpc<>(LockGrpc.getUnlockMethod(), this::unlock));
    }

    private CompletableFuture<LockResponse> lock(LockRequest request, RpcCall call) {
        return queues.lease(request.getLease(), call)
                .thenCompose(lease -> lock(request.getName(), Queueing.key(request.getName(), lease), lease, call));
    }

    private CompletableFuture<LockResponse> lock(ByteString name, ByteString key, long lease, RpcCall call) {
        TxnRequest.Builder enqueue = TxnRequest.newBuilder()
                .addCompare(Queueing.created(key, 0))
                .addSuccess(Queueing.put(key, ByteString.EMPTY, lease))
                .addSuccess(Queueing.get(Queueing.oldest(Queueing.prefix(name))))
                .addFailure(Queueing.get(Queueing.one(key)))
                .addFailure(Queueing.get(Queueing.oldest(Queueing.prefix(name))));
        return queues.txn(enqueue, call).thenCompose(queued -> {
            long own = queued.getSucceeded()
                    ? queued.getHeader().getRevision()
                    : kv(queued, 0).getCreateRevision();
            if (kv(queued, 1).getCreateRevision() == own) {
                return CompletableFuture.completedFuture(LockResponse.newBuilder()
                        .setHeader(queued.getHeader())
                        .setKey(key)
                        .build());
            }
            return queues.turn(name, key, own, call)
                    .thenApply(look -> LockResponse.newBuilder()
                            .setHeader(look.header())
                            .setKey(key)
                            .build());
        });
    }

    private static KeyValue kv(TxnResponse answer, int step) {
        return answer.getResponses(step).getResponseRange().getKvs(0);
    }

    private CompletableFuture<UnlockResponse> unlock(UnlockRequest request, RpcCall call) {
        return queues.delete(request.getKey(), call)
                .thenApply(done ->
                        UnlockResponse.newBuilder().setHeader(done.header()).build());
    }
}
