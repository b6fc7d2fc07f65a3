package io.lockstep.node.raft;

import org.jspecify.annotations.Nullable;

/** Called once when the group can't go on. The node has stopped voting and answering; the process should end. */
@FunctionalInterface
public interface FatalHandler {
    /** One line for a person, and what lies behind it. Called on any thread; must not block. */
    void onFatal(String what, @Nullable Throwable cause);
}
