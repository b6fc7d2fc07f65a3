package io.lockstep.node.rpc;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadView;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/** The way of every read: await the gate or nothing, take the newest view, read. */
final class Reads {
    /** What a read costs: a point read runs where it is, anything else on the read pool. */
    enum Cost {
        POINT,
        SCAN
    }

    private final NodeServices services;
    private final Executor readPool;

    Reads(NodeServices services, Executor readPool) {
        this.services = services;
        this.readPool = readPool;
    }

    <R> CompletableFuture<R> linearizable(RpcCall call, Cost cost, Function<ReadView, R> body) {
        return services.readGate().await(call.deadlineNanos()).thenCompose(open -> local(call, cost, body));
    }

    /** On this node's state as it is: as old as it may be. */
    <R> CompletableFuture<R> local(RpcCall call, Cost cost, Function<ReadView, R> body) {
        CompletableFuture<R> answer = new CompletableFuture<>();
        if (cost == Cost.POINT) {
            run(call, body, answer);
            return answer;
        }
        try {
            readPool.execute(() -> run(call, body, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
        }
        return answer;
    }

    private <R> void run(RpcCall call, Function<ReadView, R> body, CompletableFuture<R> answer) {
        try {
            answer.complete(read(call, body));
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        }
    }

    private <R> R read(RpcCall call, Function<ReadView, R> body) {
        if (call.isCancelled()) {
            throw new KvException.Failed(KvError.CANCELLED);
        }
        if (call.isExpired()) {
            throw new KvException.Failed(KvError.TIMEOUT);
        }
        ReadView view = services.views().acquire();
        try {
            return body.apply(view);
        } finally {
            view.release();
        }
    }
}
