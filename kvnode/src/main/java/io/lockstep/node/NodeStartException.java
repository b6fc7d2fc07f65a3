package io.lockstep.node;

/** A node could not start. The message is one line for a person: what is wrong, and what to do. */
public final class NodeStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NodeStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
