package io.lockstep.node;

import org.jspecify.annotations.Nullable;

/** Told once that a node can't go on. It votes and answers no more; what becomes of the process is the owner's choice. */
@FunctionalInterface
public interface FatalListener {
    /**
     * @param what one line for a person
     * @param cause what lies behind it
     */
    void onFatal(String what, @Nullable Throwable cause);
}
