package io.lockstep.node;

import org.jspecify.annotations.Nullable;

/**
 * Told once that a node can't go on: its disk fails, its data contradicts itself, or it met an entry that it cannot
 * execute. From then on it neither votes nor acknowledges, which keeps the cluster right; what becomes of the process is
 * the owner's choice. It may be told before {@link KvNode#start} has returned. A node that could not start at all throws
 * instead.
 */
@FunctionalInterface
public interface FatalHandler {
    /**
     * Any thread. Must not block, and must not close the node itself: that waits for the thread which calls this.
     *
     * @param what one line for a person
     * @param cause what lies behind it; null: nothing more is known
     */
    void onFatal(String what, @Nullable Throwable cause);
}
