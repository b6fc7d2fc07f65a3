package io.lockstep.node.propose;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Answers other members' question how far this one has applied the log, as soon as it is as far as they wait for. Bounded
 * by the calls that a peer may have open.
 */
public final class AppliedGate {
    private final Executor executor;

    private final Object lock = new Object();
    /** Under lock: lowest index first. */
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(Comparator.comparingLong(Waiter::index));

    /** Written by the apply thread. */
    private volatile long applied;

    /** Written under lock: spares the apply thread the lock while nobody waits for what it applied. */
    private volatile long lowestAwaited = Long.MAX_VALUE;

    private record Waiter(long index, long deadlineNanos, CompletableFuture<Long> answer) {}

    /** @param executor runs what follows, so that the apply thread does not */
    public AppliedGate(Executor executor) {
        this.executor = executor;
    }

    /** Completes with the applied index: once that has reached the one asked for, else when the time is up. */
    public CompletableFuture<Long> await(long index, long deadlineNanos) {
        if (applied >= index) {
            return CompletableFuture.completedFuture(applied);
        }
        Waiter waiter = new Waiter(index, deadlineNanos, new CompletableFuture<>());
        synchronized (lock) {
            waiters.add(waiter);
            lowestAwaited = waiters.element().index();
        }
        if (applied >= index) {
            // Applied after the first look and before the waiter stood in the queue.
            release();
        }
        return waiter.answer;
    }

    /** Apply thread: a view that holds the log up to this index is there for readers. */
    public void onApplied(long index) {
        applied = index;
        if (index >= lowestAwaited) {
            executor.execute(this::release);
        }
    }

    public long applied() {
        return applied;
    }

    private void release() {
        List<Waiter> reached = new ArrayList<>();
        synchronized (lock) {
            while (lowest() <= applied) {
                reached.add(waiters.remove());
            }
            lowestAwaited = lowest();
        }
        reached.forEach(waiter -> waiter.answer.complete(applied));
    }

    /** The node's clock, every few milliseconds. */
    public void onTick(long nowNanos) {
        List<Waiter> late = new ArrayList<>();
        synchronized (lock) {
            waiters.removeIf(waiter -> nowNanos - waiter.deadlineNanos >= 0 && late.add(waiter));
            lowestAwaited = lowest();
        }
        late.forEach(waiter -> waiter.answer.complete(applied));
    }

    private long lowest() {
        Waiter first = waiters.peek();
        return first == null ? Long.MAX_VALUE : first.index();
    }
}
