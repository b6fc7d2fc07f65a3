package io.lockstep.node;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.raft.RaftGroup;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Leadership that is being handed over on request, until the other member is seen to lead. */
final class LeaderMoves {
    private static final int MAX_WAITING = 64;

    private record Move(long target, long deadlineNanos, CompletableFuture<Void> done) {}

    private final RaftGroup group;
    /** Guarded by itself: callers add, the clock ends them. */
    private final List<Move> waiting = new ArrayList<>();

    LeaderMoves(RaftGroup group) {
        this.group = group;
    }

    CompletableFuture<Void> move(long target, long deadlineNanos) {
        if (!group.leadership().self()) {
            return CompletableFuture.failedFuture(new KvException.Failed(KvError.NOT_LEADER));
        }
        if (group.leadership().leaderId() == target) {
            return CompletableFuture.completedFuture(null);
        }
        return group.transferLeadership(target)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(badTarget(failure)))
                .thenCompose(taken -> await(target, deadlineNanos));
    }

    private static Throwable badTarget(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof KvException known && known.error() == KvError.MEMBER_NOT_FOUND
                ? new KvException.Rejected(KvError.BAD_LEADER_TRANSFEREE)
                : failure;
    }

    private CompletableFuture<Void> await(long target, long deadlineNanos) {
        Move move = new Move(target, deadlineNanos, new CompletableFuture<>());
        synchronized (waiting) {
            if (waiting.size() >= MAX_WAITING) {
                return CompletableFuture.failedFuture(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
            }
            waiting.add(move);
        }
        return move.done();
    }

    /** The node's clock, every few milliseconds. */
    void onTick(long nowNanos) {
        List<Move> over = new ArrayList<>();
        long leader = group.leadership().leaderId();
        synchronized (waiting) {
            for (Iterator<Move> each = waiting.iterator(); each.hasNext(); ) {
                Move move = each.next();
                if (move.target() == leader || nowNanos - move.deadlineNanos() >= 0) {
                    over.add(move);
                    each.remove();
                }
            }
        }
        for (Move move : over) {
            if (move.target() == leader) {
                move.done().complete(null);
            } else {
                move.done().completeExceptionally(new KvException.Unknown(KvError.TIMEOUT));
            }
        }
    }
}
