package io.lockstep.node.apply;

/** The state directory cannot be used; the message is one line for the person who starts the node. */
public final class StateOpenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StateOpenException(String message) {
        super(message);
    }

    public StateOpenException(String message, Throwable cause) {
        super(message, cause);
    }
}
