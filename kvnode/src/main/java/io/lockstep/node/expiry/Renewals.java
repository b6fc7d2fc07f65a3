package io.lockstep.node.expiry;

import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.RenewLeases;
import io.lockstep.proto.log.RenewedLeases;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Packs the keep-alives of this member's clients into one command per 50 ms: the first is sent at once, what comes within
 * that time of it waits for the next. Answered once applied here. A pack that was certainly not taken is sent again while
 * its time lasts; an unknown outcome is told, and asking again does no harm.
 */
public final class Renewals {
    private static final long PACK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int MOST_PER_COMMAND = 5_000;
    private static final int MOST_WAITING = 100_000;

    /** Well below the shortest TTL times a few tries. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final LeaseLog log;
    private final LongSupplier nanoTime;

    /** All below is guarded by this: asked by any thread, driven by the node's clock. */
    private final Deque<Pack> packs = new ArrayDeque<>();

    private int waiting;
    private long sentAtNanos;

    public Renewals(LeaseLog log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
        this.sentAtNanos = nanoTime.getAsLong() - PACK_NANOS;
    }

    private record Pack(Map<Long, CompletableFuture<Long>> asked, long deadlineNanos) {
        boolean isFull() {
            return asked.size() >= MOST_PER_COMMAND;
        }
    }

    /**
     * Renews a lease.
     *
     * @return its TTL in seconds, 0 if there is no such lease; fails with a {@link KvException}
     */
    public CompletableFuture<Long> renew(long lease) {
        long nowNanos = nanoTime.getAsLong();
        CompletableFuture<Long> answer;
        Pack ready;
        synchronized (this) {
            Pack pack = packs.peekLast();
            CompletableFuture<Long> shared = pack == null ? null : pack.asked.get(lease);
            if (shared != null) {
                return shared;
            }
            if (waiting >= MOST_WAITING) {
                return CompletableFuture.failedFuture(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
            }
            if (pack == null || pack.isFull()) {
                pack = new Pack(new LinkedHashMap<>(), nowNanos + PATIENCE_NANOS);
                packs.addLast(pack);
            }
            answer = new CompletableFuture<>();
            pack.asked.put(lease, answer);
            waiting++;
            ready = takeReady(nowNanos);
        }
        send(ready);
        return answer;
    }

    /** The node's clock. */
    public void onTick(long nowNanos) {
        Pack ready;
        synchronized (this) {
            ready = takeReady(nowNanos);
        }
        send(ready);
    }

    private @Nullable Pack takeReady(long nowNanos) {
        Pack first = packs.peekFirst();
        if (first == null || (!first.isFull() && nowNanos - sentAtNanos < PACK_NANOS)) {
            return null;
        }
        sentAtNanos = nowNanos;
        waiting -= first.asked.size();
        return packs.pollFirst();
    }

    private void send(@Nullable Pack pack) {
        if (pack == null) {
            return;
        }
        RenewLeases command =
                RenewLeases.newBuilder().addAllLeases(pack.asked.keySet()).build();
        var unused = log.propose(Command.newBuilder().setRenewLeases(command), pack.deadlineNanos)
                .whenComplete((result, failure) -> answered(pack, result, failure));
    }

    private void answered(Pack pack, CommandResult result, @Nullable Throwable failure) {
        if (failure instanceof KvException.Failed failed
                && failed.error() == KvError.TOO_MANY_REQUESTS
                && nanoTime.getAsLong() - pack.deadlineNanos < 0) {
            synchronized (this) {
                packs.addFirst(pack);
                waiting += pack.asked.size();
            }
            return;
        }
        if (failure != null) {
            pack.asked.values().forEach(answer -> answer.completeExceptionally(failure));
            return;
        }
        List<Long> ttls = result.response() instanceof RenewedLeases renewed ? renewed.getTtlsList() : List.of();
        int next = 0;
        for (CompletableFuture<Long> answer : pack.asked.values()) {
            answer.complete(next < ttls.size() ? ttls.get(next) : 0L);
            next++;
        }
    }
}
