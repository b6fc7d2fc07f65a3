package io.lockstep.node.rpc;

import io.lockstep.node.apply.CommandResult;
import io.lockstep.proto.log.Command;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The way of a write into the log. Any thread; does not block. */
public interface Writes {
    /**
     * Has a command replicated and applied.
     *
     * <p>The future is the call's own. It ends by the deadline at the latest: with the result (a rejection is inside), or
     * exceptionally with a {@link io.lockstep.node.error.KvException}. A caller that is gone cancels it: a command that
     * is not in the log by then need not get there.
     *
     * @param command without an origin
     * @param deadlineNanos on the clock of {@link System#nanoTime}
     */
    CompletableFuture<CommandResult> propose(Command.Builder command, long deadlineNanos);

    /**
     * Has the leader hand a command to its log, and ends there: it may still be lost or refused, which is only counted.
     * Fails as {@link #propose} does, if it fails before.
     */
    CompletableFuture<Void> accept(Command.Builder command, long deadlineNanos);

    /**
     * Completes with the members that have not reported by the deadline, or by the time they are given up, that they have
     * applied what this node has applied now. Never fails.
     */
    CompletableFuture<List<Long>> appliedEverywhere(long deadlineNanos);

    /** Completes once a compaction up to this revision has also left this member's disk. */
    CompletableFuture<Void> compactedOnDisk(long revision);
}
