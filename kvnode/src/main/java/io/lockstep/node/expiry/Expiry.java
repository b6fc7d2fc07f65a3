package io.lockstep.node.expiry;

import io.lockstep.node.lease.Lease;
import io.lockstep.node.propose.Replication.Leadership;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.ExpireLease;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Proposes the end of leases whose time is over, on the leader alone. Before it does it has a majority confirm that it
 * leads, and has applied all that was committed until then; so it judges by every renewal that was ever answered. What it
 * proposes names the renewal that it judged by and its term, and is refused if either has moved on (etcd #15247, #17465:
 * a leader that was stuck ended all leases as it woke up).
 *
 * <p>So many a second and so many at a time at most: when very many end at once, writes go on beside. Driven by the
 * node's clock; answers come on any thread.
 */
public final class Expiry {
    /** etcd's rate. */
    private static final int PER_SECOND = 1_000;

    private static final int MOST_OUT = 100;

    /** A leader that is new lets clients that could reach none renew first. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final LeaseClock clock;
    private final Supplier<Leadership> leadership;
    private final LongFunction<CompletableFuture<Void>> confirm;
    private final LeaseLog log;

    /** The node's clock only, all four. */
    private long servedTerm;

    private long graceUntilNanos;
    private double allowance;
    private long allowedAtNanos;

    /** Set by the node's clock, cleared by whoever completes the confirmation. */
    private volatile boolean confirming;

    private final AtomicInteger out = new AtomicInteger();
    private final LongAdder expired = new LongAdder();

    /**
     * @param confirm by a deadline: completes once it is proven that this node's state holds all that was committed when
     *     it was asked; on a leader, that it led until then
     */
    public Expiry(
            LeaseClock clock,
            Supplier<Leadership> leadership,
            LongFunction<CompletableFuture<Void>> confirm,
            LeaseLog log) {
        this.clock = clock;
        this.leadership = leadership;
        this.confirm = confirm;
        this.log = log;
    }

    public void onTick(long nowNanos) {
        Leadership now = leadership.get();
        if (!now.self()) {
            servedTerm = 0;
            return;
        }
        if (now.term() != servedTerm) {
            servedTerm = now.term();
            graceUntilNanos = nowNanos + GRACE_NANOS;
            allowance = 0;
            allowedAtNanos = nowNanos;
        }
        allowance = Math.min(
                MOST_OUT, allowance + (nowNanos - allowedAtNanos) * (double) PER_SECOND / TimeUnit.SECONDS.toNanos(1));
        allowedAtNanos = nowNanos;
        if (nowNanos - graceUntilNanos < 0 || confirming) {
            return;
        }
        List<Lease> over = clock.over(Math.min((int) allowance, MOST_OUT - out.get()));
        if (!over.isEmpty()) {
            allowance -= over.size();
            confirmAndEnd(over, now.term(), nowNanos);
        }
    }

    private void confirmAndEnd(List<Lease> over, long term, long nowNanos) {
        confirming = true;
        var unused = confirm.apply(nowNanos + PATIENCE_NANOS).whenComplete((led, failure) -> {
            confirming = false;
            Leadership now = leadership.get();
            if (failure == null && now.self() && now.term() == term) {
                over.stream().filter(clock::isOver).forEach(lease -> end(lease, term));
            }
        });
    }

    private void end(Lease lease, long term) {
        out.incrementAndGet();
        ExpireLease command = ExpireLease.newBuilder()
                .setLease(lease.id())
                .setGrant(lease.grant())
                .setRenewals(lease.renewals())
                .setTerm(term)
                .build();
        // What fails, or is refused, is found again by the clock if it is still there.
        var unused = log.propose(Command.newBuilder().setExpireLease(command), System.nanoTime() + PATIENCE_NANOS)
                .whenComplete((result, failure) -> {
                    out.decrementAndGet();
                    if (failure == null && result.rejection() == null) {
                        expired.increment();
                    }
                });
    }

    /** Leases that this node has ended as the leader. */
    public long expiredTotal() {
        return expired.sum();
    }
}
