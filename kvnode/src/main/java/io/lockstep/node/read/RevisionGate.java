package io.lockstep.node.read;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * What a read with a minimal revision waits for: a view of this node that has it, of a swapped snapshot too. Meanwhile a
 * ReadIndex round runs: a revision that is not here when it ends was never acknowledged to anybody, and is refused.
 * Every wait ends, because every round does. Bounded by the gate that runs the rounds.
 */
public final class RevisionGate {
    private final ReadGate rounds;
    private final Executor executor;

    private final Object lock = new Object();
    /** Under lock: lowest revision first. */
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(Comparator.comparingLong(Waiter::revision));

    /** Written by the apply thread. */
    private volatile long published;

    /** Written under lock: spares the apply thread the lock while nobody waits for what it published. */
    private volatile long lowestAwaited = Long.MAX_VALUE;

    private record Waiter(long revision, CompletableFuture<Void> future) {}

    /** @param executor runs what follows, so that the apply thread does not */
    public RevisionGate(ReadGate rounds, Executor executor) {
        this.rounds = rounds;
        this.executor = executor;
    }

    /**
     * Completes once this node's view has the revision.
     *
     * @param deadlineNanos on the clock of {@link System#nanoTime}
     * @return fails with {@link KvException.Rejected} FUTURE_REVISION if the cluster does not have it either, or as
     *     {@link ReadGate#await} does
     */
    public CompletableFuture<Void> await(long revision, long deadlineNanos) {
        if (published >= revision) {
            return CompletableFuture.completedFuture(null);
        }
        Waiter waiter = new Waiter(revision, new CompletableFuture<>());
        synchronized (lock) {
            waiters.add(waiter);
            lowestAwaited = waiters.element().revision();
        }
        if (published >= revision) {
            // Published after the first look and before the waiter stood in the queue.
            release();
        }
        rounds.await(deadlineNanos).whenComplete((open, failure) -> end(waiter, failure));
        return waiter.future;
    }

    private void end(Waiter waiter, Throwable failure) {
        if (waiter.future.isDone() && !waiter.future.isCancelled()) {
            return;
        }
        synchronized (lock) {
            waiters.remove(waiter);
            lowestAwaited = lowest();
        }
        if (failure != null) {
            waiter.future.completeExceptionally(failure);
        } else if (published >= waiter.revision) {
            waiter.future.complete(null);
        } else {
            waiter.future.completeExceptionally(new KvException.Rejected(KvError.FUTURE_REVISION));
        }
    }

    /** Apply thread: a view of this revision is there for readers. */
    public void onPublished(long revision) {
        published = revision;
        if (revision >= lowestAwaited) {
            executor.execute(this::release);
        }
    }

    private void release() {
        List<Waiter> reached = new ArrayList<>();
        synchronized (lock) {
            while (lowest() <= published) {
                reached.add(waiters.remove());
            }
            lowestAwaited = lowest();
        }
        reached.forEach(waiter -> waiter.future.complete(null));
    }

    int waiting() {
        synchronized (lock) {
            return waiters.size();
        }
    }

    private long lowest() {
        Waiter first = waiters.peek();
        return first == null ? Long.MAX_VALUE : first.revision();
    }
}
