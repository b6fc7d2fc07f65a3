package io.lockstep.node.upkeep;

import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the members' states: same log, same hash. A member that starts does it once, the leader does it every so often.
 * All hash the same revision over the same history; a member that has compacted meanwhile can't, and is asked again later.
 * Whoever differs from a majority gets the alarm CORRUPT: then nothing changes keys any more, and it answers no reads.
 *
 * <p>A hash reads the whole state, so all work is on the thread that is given, one hash at a time, and the last one is
 * kept: members that start together ask for the same.
 */
public final class CorruptionCheck {
    private static final Logger LOG = LoggerFactory.getLogger(CorruptionCheck.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final int MAX_TRIES = 5;

    /** @param compactRevision a hash covers history from there on, so only those of the same compare */
    public record Question(long revision, long compactRevision) {}

    /** What the check needs of the node around it. Any thread; nothing blocks. */
    public interface Cluster {
        /** Whether a leader is known, and whether this member is it. */
        boolean hasLeader();

        boolean leads();

        long self();

        List<Long> others();

        ReadView view();

        /** A view that holds everything acknowledged by now. */
        CompletableFuture<?> caughtUp();

        /** Empty: that member can't compare. */
        CompletableFuture<Optional<Integer>> ask(long member, Question question, Duration timeout);

        /** Has the alarm raised. */
        CompletableFuture<?> accuse(long member);
    }

    private record Known(Question question, int hash) {}

    private final Cluster cluster;
    private final long intervalNanos;
    private final Executor thread;
    private final AtomicBoolean underWay = new AtomicBoolean();
    /** Thread of the work only. */
    private @Nullable Known last;

    /** Written by whoever ends a round, read by the clock. */
    private volatile boolean startChecked;

    private volatile int tries;
    private volatile long nextNanos;

    /** @param interval between two checks by the leader; zero: none */
    public CorruptionCheck(Cluster cluster, Duration interval, Executor thread) {
        this.cluster = cluster;
        this.intervalNanos = interval.toNanos();
        this.thread = thread;
        this.nextNanos = System.nanoTime();
    }

    /** The node's clock, every few milliseconds. */
    public void onTick(long nowNanos) {
        boolean due = nowNanos - nextNanos >= 0 && (!startChecked || (intervalNanos > 0 && cluster.leads()));
        if (due && cluster.hasLeader() && underWay.compareAndSet(false, true)) {
            boolean atStart = !startChecked;
            var unused = check(atStart).whenComplete((whole, failure) -> ended(failure == null && whole, failure));
        }
    }

    private void ended(boolean whole, @Nullable Throwable failure) {
        boolean giveUp = !whole && ++tries >= MAX_TRIES;
        if (giveUp) {
            LOG.warn("the members' states could not all be compared", failure);
        }
        if (whole || giveUp) {
            tries = 0;
            startChecked = true;
            nextNanos = System.nanoTime() + intervalNanos;
        } else {
            nextNanos = System.nanoTime() + RETRY_NANOS;
        }
        underWay.set(false);
    }

    /** @return whether every member could be compared */
    private CompletableFuture<Boolean> check(boolean atStart) {
        List<Long> others = cluster.others();
        if (others.isEmpty()) {
            return CompletableFuture.completedFuture(true);
        }
        return cluster.caughtUp().thenCompose(ready -> {
            ReadView view = cluster.view();
            Question question = new Question(view.revision(), view.compactRevision());
            view.release();
            SortedMap<Long, CompletableFuture<Optional<Integer>>> answers = new TreeMap<>();
            answers.put(cluster.self(), answer(question));
            for (long other : others) {
                answers.put(
                        other,
                        cluster.ask(other, question, ANSWER_TIMEOUT).exceptionally(unreachable -> Optional.empty()));
            }
            return CompletableFuture.allOf(answers.values().toArray(new CompletableFuture<?>[0]))
                    .thenCompose(all -> judge(question, answers, atStart));
        });
    }

    private CompletableFuture<Boolean> judge(
            Question question, SortedMap<Long, CompletableFuture<Optional<Integer>>> answers, boolean atStart) {
        SortedMap<Long, Integer> hashes = new TreeMap<>();
        answers.forEach((member, answer) -> answer.join().ifPresent(hash -> hashes.put(member, hash)));
        List<Long> corrupt = HashVote.corrupt(hashes, answers.size());
        boolean whole = hashes.size() == answers.size();
        if (corrupt.isEmpty()) {
            LOG.info(
                    "{} of {} members have the same state at revision {}",
                    hashes.size(),
                    answers.size(),
                    question.revision());
            return CompletableFuture.completedFuture(whole);
        }
        LOG.error("members {} hold another state than the others at revision {}: {}", corrupt, question, hashes);
        List<CompletableFuture<?>> alarms = new ArrayList<>();
        for (long member : corrupt) {
            // Members that start leave the others to themselves and to the leader.
            if (!atStart || member == cluster.self() || member == HashVote.NOBODY_KNOWS || cluster.leads()) {
                alarms.add(cluster.accuse(member));
            }
        }
        return CompletableFuture.allOf(alarms.toArray(new CompletableFuture<?>[0]))
                .thenApply(raised -> true);
    }

    /** This member's hash for the question; empty if it can't compare. Any thread. */
    public CompletableFuture<Optional<Integer>> answer(Question question) {
        try {
            return CompletableFuture.supplyAsync(() -> hash(question), thread);
        } catch (RejectedExecutionException busyOrClosing) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
    }

    private Optional<Integer> hash(Question question) {
        Known known = last;
        if (known != null && known.question().equals(question)) {
            return Optional.of(known.hash());
        }
        ReadView view = cluster.view();
        try {
            if (view.compactRevision() != question.compactRevision() || view.revision() < question.revision()) {
                return Optional.empty();
            }
            int hash = view.hashKv(question.revision()).hash();
            last = new Known(question, hash);
            return Optional.of(hash);
        } catch (KvException tooLate) {
            LOG.info("no hash of revision {}: {}", question.revision(), tooLate.getMessage());
            return Optional.empty();
        } finally {
            view.release();
        }
    }
}
