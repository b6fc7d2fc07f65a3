package io.lockstep.node.raft;

import org.jspecify.annotations.Nullable;

/** The group does not start. The message is one line: what is wrong, with values, and what to do. */
public final class RaftStartException extends Exception {
    private static final long serialVersionUID = 1L;

    public RaftStartException(String message) {
        super(message);
    }

    public RaftStartException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
