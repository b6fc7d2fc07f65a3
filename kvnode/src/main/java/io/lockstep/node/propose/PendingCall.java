package io.lockstep.node.propose;

import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A command of this boot that waits for its result.
 *
 * <p>It is queued, or out on one attempt: handed to the leader of one term. An attempt ends in one of three ways: the
 * result arrives; the leader answers that it did not take it; or this node applies an entry of a later term. The last is
 * a proof that the command was not and will not be taken: it was bound to its term, and the terms of a log never go back
 * (Raft §5.3). Whoever wins the exchange of {@link #state} decides, so a command is sent again only when it certainly
 * did not happen, and is called failed only when it certainly will not.
 */
final class PendingCall {
    final long counter;
    /** The command as a record of {@code CommandBatch.commands}: tag, length, bytes. */
    final byte[] encoded;

    final long sinceNanos = System.nanoTime();
    final long deadlineNanos;
    final CompletableFuture<CommandResult> future = new CompletableFuture<>();

    /**
     * Null unless the caller wants to hear as soon as the leader has the command; completes then. From there on the
     * command is not sent again: the caller may have gone on to write what must not be overwritten by it.
     */
    final @Nullable CompletableFuture<Void> taken;

    /** Exchanged by the batcher, the log's threads, the apply thread and the clock. */
    private final AtomicReference<State> state = new AtomicReference<>(Queued.INSTANCE);

    PendingCall(long counter, byte[] encoded, long deadlineNanos, @Nullable CompletableFuture<Void> taken) {
        this.counter = counter;
        this.encoded = encoded;
        this.deadlineNanos = deadlineNanos;
        this.taken = taken;
    }

    State state() {
        return Objects.requireNonNull(state.get());
    }

    /** Takes the command out of the queue for one attempt; false if its call has ended meanwhile. */
    boolean begin(Attempt attempt) {
        return !future.isDone() && state.compareAndSet(Queued.INSTANCE, attempt);
    }

    /** After an attempt that certainly failed; false if somebody else saw that first, or it is lost by that. */
    boolean backToQueue(Attempt attempt) {
        if (state.compareAndSet(attempt, Queued.INSTANCE)) {
            return true;
        }
        if (state() instanceof Taken told && told.attempt == attempt && state.compareAndSet(told, Ended.INSTANCE)) {
            future.completeExceptionally(new KvException.Failed(KvError.LEADER_CHANGED));
        }
        return false;
    }

    /** The leader has the command: tells the caller, if that is what it waits for. */
    void taken(Attempt attempt) {
        if (taken != null && state.compareAndSet(attempt, new Taken(attempt))) {
            taken.complete(null);
        }
    }

    /** The command is with the leader, or was; whether it will be executed is open. */
    boolean isOut() {
        return attempt() != null;
    }

    /** The caller was told that the leader has the command, and waits no more. */
    boolean isTaken() {
        return state() instanceof Taken;
    }

    /** The attempt that is out; null if there is none. */
    @Nullable
    Attempt attempt() {
        State now = state();
        return now instanceof Taken told ? told.attempt : now instanceof Attempt attempt ? attempt : null;
    }

    /** Gives up on an attempt whose result may have passed unseen; false if the command is not out. */
    boolean abandon() {
        State now = state();
        return (now instanceof Attempt || now instanceof Taken) && state.compareAndSet(now, Ended.INSTANCE);
    }

    /** Ends the call without a result, as failed if it is in the queue, else as unknown. */
    void end(KvException.Failed ifQueued, KvException.Unknown ifSent) {
        boolean certain = state.compareAndSet(Queued.INSTANCE, Ended.INSTANCE);
        future.completeExceptionally(certain ? ifQueued : ifSent);
    }

    /** Ends the call if it is in the queue; nothing of it was sent. */
    void endIfQueued(KvException.Failed why) {
        if (state.compareAndSet(Queued.INSTANCE, Ended.INSTANCE)) {
            future.completeExceptionally(why);
        }
    }

    sealed interface State {}

    enum Queued implements State {
        INSTANCE
    }

    enum Ended implements State {
        INSTANCE
    }

    /** Out on an attempt, and the caller knows: it is not sent again. */
    static final class Taken implements State {
        private final Attempt attempt;

        Taken(Attempt attempt) {
            this.attempt = attempt;
        }
    }

    /** Compared by identity: each hand-over to a leader is an attempt of its own. */
    static final class Attempt implements State {
        final long term;

        Attempt(long term) {
            this.term = term;
        }
    }
}
