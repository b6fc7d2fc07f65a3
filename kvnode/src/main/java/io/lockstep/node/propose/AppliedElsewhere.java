package io.lockstep.node.propose;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Waits until other members have applied what this one has: for writes that are acknowledged by all. Each member that
 * somebody waits for is asked by one call at a time, which it answers as soon as it is that far, so that a write pays one
 * round and no polling.
 *
 * <p>A member that was not heard of for two election timeouts is not waited for. Any thread.
 */
public final class AppliedElsewhere implements AutoCloseable {
    /** How another member is asked. */
    @FunctionalInterface
    public interface Question {
        /** How far the member has applied the log, answered once that is the index or the time is over. */
        CompletableFuture<Long> ask(long memberId, long index, Duration wait);
    }

    private final Question question;
    private final Duration patience;
    private final Duration wait;

    /** Everything below is guarded by it. */
    private final Object lock = new Object();

    private final Map<Long, Peer> peers = new HashMap<>();
    private final Set<Waiter> waiters = new HashSet<>();
    private boolean closed;

    public AppliedElsewhere(Question question, Duration electionTimeout) {
        this.question = question;
        this.patience = electionTimeout.multipliedBy(2);
        this.wait = electionTimeout.dividedBy(2);
    }

    /** What is known of a member. */
    private static final class Peer {
        private long applied;
        private boolean asking;
        /** Since when questions have stayed unanswered; 0: the last was answered. */
        private long silentSinceNanos;
    }

    private static final class Waiter {
        private final long index;
        private final long sinceNanos = System.nanoTime();
        private final long deadlineNanos;
        private final Set<Long> missing;
        private final CompletableFuture<List<Long>> answer = new CompletableFuture<>();

        Waiter(long index, Collection<Long> members, long deadlineNanos) {
            this.index = index;
            this.missing = new HashSet<>(members);
            this.deadlineNanos = deadlineNanos;
        }
    }

    /**
     * @param index of the log, applied here
     * @param members whom to wait for
     * @return completes with those that have not reported the index: at once when all have, at the deadline at the latest
     */
    public CompletableFuture<List<Long>> await(long index, Collection<Long> members, long deadlineNanos) {
        Waiter waiter = new Waiter(index, members, deadlineNanos);
        synchronized (lock) {
            waiter.missing.removeIf(member -> peer(member).applied >= index);
            if (waiter.missing.isEmpty() || closed) {
                waiter.answer.complete(List.copyOf(waiter.missing));
                return waiter.answer;
            }
            waiters.add(waiter);
        }
        for (long member : members) {
            askIfAwaited(member);
        }
        return waiter.answer;
    }

    private Peer peer(long member) {
        return peers.computeIfAbsent(member, id -> new Peer());
    }

    private void askIfAwaited(long member) {
        long lowest;
        synchronized (lock) {
            Peer peer = peer(member);
            lowest = waiters.stream()
                    .filter(waiter -> waiter.missing.contains(member))
                    .mapToLong(waiter -> waiter.index)
                    .min()
                    .orElse(0);
            if (peer.asking || closed || lowest == 0) {
                return;
            }
            peer.asking = true;
            if (peer.silentSinceNanos == 0) {
                peer.silentSinceNanos = nonZero(System.nanoTime());
            }
        }
        question.ask(member, lowest, wait).whenComplete((index, failure) -> answered(member, index));
    }

    private void answered(long member, Long index) {
        List<Waiter> done = new ArrayList<>();
        synchronized (lock) {
            Peer peer = peer(member);
            peer.asking = false;
            if (index != null) {
                peer.silentSinceNanos = 0;
                peer.applied = Math.max(peer.applied, index);
                for (Waiter waiter : waiters) {
                    if (waiter.index <= peer.applied && waiter.missing.remove(member) && waiter.missing.isEmpty()) {
                        done.add(waiter);
                    }
                }
                done.forEach(waiters::remove);
            }
        }
        done.forEach(waiter -> waiter.answer.complete(List.of()));
        if (index != null) {
            askIfAwaited(member); // one that could not be asked is tried again with the clock
        }
    }

    /** The node's clock, every few milliseconds. */
    public void onTick(long nowNanos) {
        Map<Waiter, List<Long>> over = new HashMap<>();
        Set<Long> awaited = new HashSet<>();
        synchronized (lock) {
            for (Waiter waiter : waiters) {
                if (nowNanos - waiter.deadlineNanos >= 0
                        || waiter.missing.stream().allMatch(member -> isGivenUp(member, waiter, nowNanos))) {
                    over.put(waiter, waiter.missing.stream().sorted().toList());
                } else {
                    awaited.addAll(waiter.missing);
                }
            }
            waiters.removeAll(over.keySet());
        }
        over.forEach((waiter, missing) -> waiter.answer.complete(missing));
        awaited.forEach(this::askIfAwaited);
    }

    /** A member that was silent before this write came gets a moment to show that it is back. */
    private boolean isGivenUp(long member, Waiter waiter, long nowNanos) {
        long since = peer(member).silentSinceNanos;
        return since != 0 && nowNanos - since > patience.toNanos() && nowNanos - waiter.sinceNanos > wait.toNanos() / 2;
    }

    private static long nonZero(long nanos) {
        return nanos == 0 ? 1 : nanos;
    }

    @Override
    public void close() {
        List<Waiter> open;
        synchronized (lock) {
            closed = true;
            open = List.copyOf(waiters);
            waiters.clear();
        }
        open.forEach(waiter -> waiter.answer.complete(List.copyOf(waiter.missing)));
    }
}
