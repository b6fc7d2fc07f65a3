package io.lockstep.node.read;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What a linearizable read waits for. One ReadIndex round is out at a time; a read that arrives meanwhile joins the
 * next, since the one under way may have noted the commit index before the read began (Raft thesis §6.4).
 *
 * <p>A round that fails is tried again while somebody waits, always as a new round with a new context; the answer of an
 * abandoned one is ignored (etcd #20418: an answer must never open the gate for a later question). Bounded by {@code
 * maxWaiters}.
 */
public final class ReadGate implements AutoCloseable {
    private final ReadIndexSource source;
    private final Executor executor;
    private final Duration noLeaderPatience;
    private final int maxWaiters;
    private final StalenessBound bound;

    private final Object lock = new Object();
    /** Under lock: reads that the next round serves. */
    private List<Waiter> next = new ArrayList<>();
    /** Under lock: the round that is out. */
    private @Nullable Round current;
    /** Under lock: no round before this time, after one failed. */
    private long pauseUntilNanos = System.nanoTime();

    private int waiting;
    /** Under lock: when the newest round began. */
    private long lastRoundNanos = System.nanoTime();

    private long leaderlessSinceNanos = System.nanoTime();
    private boolean leaderKnown;
    private boolean closed;

    private final LongAdder rounds = new LongAdder();
    private final LongAdder roundsFailed = new LongAdder();

    /**
     * @param executor runs what follows the gate: one task a round
     * @param noLeaderPatience how long no leader may be known before reads are refused
     * @param bound what every round that succeeds refreshes
     */
    public ReadGate(
            ReadIndexSource source,
            Executor executor,
            Duration noLeaderPatience,
            int maxWaiters,
            StalenessBound bound) {
        this.source = source;
        this.executor = executor;
        this.noLeaderPatience = noLeaderPatience;
        this.maxWaiters = maxWaiters;
        this.bound = bound;
    }

    /**
     * Completes, on the executor, once this node has applied all that was committed when the call was made.
     *
     * @return fails with {@link KvException.Failed}: NO_LEADER, TIMEOUT, TOO_MANY_REQUESTS or STOPPED
     */
    public CompletableFuture<Void> await(long deadlineNanos) {
        Waiter waiter = new Waiter(deadlineNanos, new CompletableFuture<>());
        Round begun = null;
        synchronized (lock) {
            if (closed) {
                return CompletableFuture.failedFuture(new KvException.Failed(KvError.STOPPED));
            }
            if (waiting >= maxWaiters) {
                return CompletableFuture.failedFuture(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
            }
            waiting++;
            next.add(waiter);
            if (current == null && pauseUntilNanos - System.nanoTime() <= 0) {
                begun = beginRound();
            }
        }
        if (begun != null) {
            begun.start();
        }
        return waiter.future;
    }

    /** Runs a round for nobody, if none is out and a leader is known: it refreshes the staleness bound. */
    public void probe() {
        if (!source.hasLeader()) {
            return;
        }
        Round begun;
        synchronized (lock) {
            if (closed || current != null || pauseUntilNanos - System.nanoTime() > 0) {
                return;
            }
            begun = beginRound();
        }
        begun.start();
    }

    public long nanosSinceRound(long nowNanos) {
        synchronized (lock) {
            return nowNanos - lastRoundNanos;
        }
    }

    private Round beginRound() {
        Round round = new Round(next);
        lastRoundNanos = round.begunNanos;
        next = new ArrayList<>();
        current = round;
        return round;
    }

    /** A leader was lost, found or changed: what an older one answers is not waited for. Any thread. */
    public void onLeadershipChanged() {
        Round begun = null;
        synchronized (lock) {
            if (current != null) {
                next.addAll(current.waiters);
                current = null;
            }
            if (!next.isEmpty() && !closed) {
                begun = beginRound();
            }
        }
        if (begun != null) {
            executor.execute(begun::start);
        }
    }

    /** The node's clock, every few milliseconds: ends reads whose time is up, forgets those that nobody waits for, and begins rounds again after a failure. */
    public void onTick(long nowNanos) {
        List<Waiter> late = new ArrayList<>();
        boolean leaderless;
        Round begun = null;
        boolean hasLeader = source.hasLeader();
        synchronized (lock) {
            if (leaderKnown && !hasLeader) {
                leaderlessSinceNanos = nowNanos;
            }
            leaderKnown = hasLeader;
            leaderless = !hasLeader && nowNanos - leaderlessSinceNanos > noLeaderPatience.toNanos();
            if (current != null && nowNanos - current.begunNanos > noLeaderPatience.toNanos()) {
                // Its answer got lost, or comes too late to be waited for.
                next.addAll(current.waiters);
                current = null;
            }
            takeOver(next, late, nowNanos, leaderless);
            if (current != null) {
                takeOver(current.waiters, late, nowNanos, leaderless);
            }
            waiting -= late.size();
            if (current == null && !next.isEmpty() && pauseUntilNanos - nowNanos <= 0) {
                begun = beginRound();
            }
        }
        KvError error = leaderless ? KvError.NO_LEADER : KvError.TIMEOUT;
        if (!late.isEmpty()) {
            executor.execute(() -> late.forEach(w -> w.future.completeExceptionally(new KvException.Failed(error))));
        }
        if (begun != null) {
            begun.start();
        }
    }

    private static void takeOver(List<Waiter> from, List<Waiter> to, long nowNanos, boolean all) {
        from.removeIf(waiter -> {
            boolean over = all || nowNanos - waiter.deadlineNanos >= 0 || waiter.future.isDone();
            if (over) {
                to.add(waiter);
            }
            return over;
        });
    }

    public long roundsTotal() {
        return rounds.sum();
    }

    public long roundsFailedTotal() {
        return roundsFailed.sum();
    }

    @Override
    public void close() {
        List<Waiter> open = new ArrayList<>();
        synchronized (lock) {
            closed = true;
            open.addAll(next);
            next.clear();
            if (current != null) {
                open.addAll(current.waiters);
                current = null;
            }
            waiting = 0;
        }
        open.forEach(w -> w.future.completeExceptionally(new KvException.Failed(KvError.STOPPED)));
    }

    private record Waiter(long deadlineNanos, CompletableFuture<Void> future) {}

    /** One ReadIndex round. Its waiters are guarded by the gate's lock; an answer counts only while it is current. */
    private final class Round implements ReadIndexSource.Listener {
        private static final long PAUSE_NANOS = 10_000_000;

        private final List<Waiter> waiters;
        private final long begunNanos = System.nanoTime();
        private final StalenessBound.Mark mark = bound.mark();

        Round(List<Waiter> waiters) {
            this.waiters = waiters;
        }

        void start() {
            rounds.increment();
            source.readIndex(this);
        }

        @Override
        public void ready() {
            List<Waiter> opened;
            Round begun = null;
            synchronized (lock) {
                if (current != this) {
                    return;
                }
                current = null;
                bound.prove(mark);
                opened = List.copyOf(waiters);
                waiting -= opened.size();
                if (!next.isEmpty()) {
                    begun = beginRound();
                }
            }
            Round following = begun;
            executor.execute(() -> {
                if (following != null) {
                    following.start();
                }
                opened.forEach(waiter -> waiter.future.complete(null));
            });
        }

        @Override
        public void failed(KvException failure) {
            roundsFailed.increment();
            synchronized (lock) {
                if (current == this) {
                    current = null;
                    next.addAll(waiters);
                    pauseUntilNanos = System.nanoTime() + PAUSE_NANOS;
                }
            }
        }
    }
}
