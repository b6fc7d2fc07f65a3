package io.lockstep.node.rpc;

import java.util.concurrent.CompletableFuture;

/** What reads wait for. Any thread; does not block. */
public interface ReadGate {
    /**
     * Ends once this node's newest view holds every write that was acknowledged before the call, or exceptionally with a
     * {@link io.lockstep.node.error.KvException} by the deadline at the latest. Point reads run on the thread that
     * completes it; larger ones leave it at once.
     *
     * @param deadlineNanos on the clock of {@link System#nanoTime}
     */
    CompletableFuture<Void> await(long deadlineNanos);

    /**
     * Ends once this node's newest view has the revision; with FUTURE_REVISION if no acknowledged write has it, else as
     * {@link #await} does.
     */
    CompletableFuture<Void> awaitRevision(long revision, long deadlineNanos);
}
