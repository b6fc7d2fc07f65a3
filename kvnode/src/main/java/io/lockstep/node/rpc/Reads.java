package io.lockstep.node.rpc;

import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmType;
import io.lockstep.api.ReadPath;
import io.lockstep.api.ResponseHeader;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadView;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The way of every read: await the gate, or the revision, or nothing; take the proof of how stale this node may be, then
 * the newest view; read. The kinds of read differ by what they await, and bounded ones by a comparison.
 */
final class Reads {
    /** What a read costs: a point read runs where it is, anything else on the read pool. */
    enum Cost {
        POINT,
        SCAN
    }

    /** What is read, and the header that its answer gets. */
    @FunctionalInterface
    interface Body<R> {
        R read(ReadView view, ResponseHeader header);
    }

    private final NodeServices services;
    private final Headers headers;
    private final Authorization authorization;
    private final ReadMetrics metrics;
    private final OpenCalls openCalls;
    private final Executor readPool;
    private final Duration maxQueueWait;

    Reads(
            NodeServices services,
            Headers headers,
            Authorization authorization,
            ReadMetrics metrics,
            OpenCalls openCalls,
            Executor readPool,
            Duration maxQueueWait) {
        this.services = services;
        this.headers = headers;
        this.authorization = authorization;
        this.metrics = metrics;
        this.openCalls = openCalls;
        this.readPool = readPool;
        this.maxQueueWait = maxQueueWait;
    }

    /** A read of keys: none from a member that is known to hold others than the rest of the cluster. */
    <R> CompletableFuture<R> read(RpcCall call, ReadDial dial, Cost cost, Body<R> keys) {
        Body<R> body = (view, header) -> {
            requireSound(view);
            return keys.read(view, header);
        };
        if (dial.isLinearizable()) {
            return linearizable(call, cost, body);
        }
        services.staleness().asked();
        if (dial.minRevision() == 0) {
            return on(call, cost, () -> here(call, dial, cost, body));
        }
        CompletableFuture<Void> reached = services.readGate().awaitRevision(dial.minRevision(), call.deadlineNanos());
        call.follow(reached);
        return reached.thenCompose(there -> on(call, cost, () -> here(call, dial, cost, body)));
    }

    private void requireSound(ReadView view) {
        for (AlarmMember alarm : view.alarms()) {
            if (alarm.getAlarm() == AlarmType.CORRUPT && alarm.getMemberID() == services.memberId()) {
                throw new KvException.Rejected(KvError.CORRUPT);
            }
        }
    }

    <R> CompletableFuture<R> linearizable(RpcCall call, Cost cost, Body<R> body) {
        CompletableFuture<Void> gate = services.readGate().await(call.deadlineNanos());
        call.follow(gate);
        return gate.thenCompose(open -> on(
                call,
                cost,
                () -> withView(call, view -> answer(call, view, ReadPath.READ_PATH_LINEARIZABLE, 0, body))));
    }

    /** On this node's state as it is: as old as it may be. */
    <R> CompletableFuture<R> local(RpcCall call, Cost cost, Body<R> body) {
        return on(call, cost, () -> here(call, ReadDial.STALE, cost, body));
    }

    private <R> CompletableFuture<R> here(RpcCall call, ReadDial dial, Cost cost, Body<R> body) {
        return authorization.caughtUp(
                call, () -> asItIs(call, dial, cost, body), () -> on(call, cost, () -> asItIs(call, dial, cost, body)));
    }

    private <R> CompletableFuture<R> asItIs(RpcCall call, ReadDial dial, Cost cost, Body<R> body) {
        // In this order: whatever holds this thread up in between only makes the age greater.
        Staleness.Proof proof = services.staleness().newest();
        return withView(call, view -> {
            long ageMillis = proof.ageMillis();
            return dial.allows(ageMillis)
                    ? answer(call, view, path(dial), ageMillis, body)
                    : lagging(call, dial, ageMillis, cost, body);
        });
    }

    private static ReadPath path(ReadDial dial) {
        if (dial.maxStalenessMillis().isPresent()) {
            return ReadPath.READ_PATH_BOUNDED;
        }
        return dial.minRevision() > 0 ? ReadPath.READ_PATH_MIN_REVISION : ReadPath.READ_PATH_STALE;
    }

    /** Not lagging at all meets every bound, if the caller allows to ask the others. */
    private <R> CompletableFuture<R> lagging(RpcCall call, ReadDial dial, long ageMillis, Cost cost, Body<R> body) {
        if (dial.local()) {
            return CompletableFuture.failedFuture(tooStale(dial, ageMillis, "and this read may use no other"));
        }
        return linearizable(call, cost, body).exceptionallyCompose(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            return CompletableFuture.failedFuture(
                    cause instanceof KvException.Failed failed
                                    && (failed.error() == KvError.NO_LEADER || failed.error() == KvError.TIMEOUT)
                            ? tooStale(
                                    dial,
                                    services.staleness().newest().ageMillis(),
                                    failed.error().text())
                            : failure);
        });
    }

    private KvException tooStale(ReadDial dial, long ageMillis, String why) {
        metrics.tooStale();
        String proven = ageMillis == Staleness.UNPROVEN ? "nothing is proven" : ageMillis + " ms are proven";
        return new KvException.Failed(
                KvError.STALENESS_NOT_PROVEN,
                proven + ", " + dial.maxStalenessMillis().orElseThrow() + " ms were asked for (" + why + ")");
    }

    private <R> CompletableFuture<R> answer(RpcCall call, ReadView view, ReadPath path, long ageMillis, Body<R> body) {
        authorization.judge(call, view);
        R answer = body.read(view, headers.of(view, path, ageMillis));
        metrics.served(path);
        call.served(path, ageMillis);
        return CompletableFuture.completedFuture(answer);
    }

    private <R> CompletableFuture<R> on(RpcCall call, Cost cost, Supplier<CompletableFuture<R>> read) {
        if (cost == Cost.POINT) {
            return caught(read);
        }
        long queuedNanos = System.nanoTime();
        long patienceNanos = call.patienceNanos(maxQueueWait);
        try {
            return CompletableFuture.supplyAsync(
                            () -> System.nanoTime() - queuedNanos > patienceNanos && !call.isExpired()
                                    ? Reads.<R>tooMany()
                                    : caught(read),
                            readPool)
                    .thenCompose(Function.identity());
        } catch (RejectedExecutionException e) {
            return tooMany();
        }
    }

    private static <R> CompletableFuture<R> tooMany() {
        return CompletableFuture.failedFuture(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
    }

    private static <R> CompletableFuture<R> caught(Supplier<CompletableFuture<R>> read) {
        try {
            return read.get();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private <R> CompletableFuture<R> withView(RpcCall call, Function<ReadView, CompletableFuture<R>> read) {
        if (call.isCancelled()) {
            throw new KvException.Failed(KvError.CANCELLED);
        }
        if (call.isExpired()) {
            throw new KvException.Failed(KvError.TIMEOUT);
        }
        if (!openCalls.hasRoom()) {
            throw new KvException.Failed(KvError.TOO_MANY_REQUESTS);
        }
        ReadView view = services.views().acquire();
        try {
            return read.apply(view);
        } finally {
            view.release();
        }
    }
}
