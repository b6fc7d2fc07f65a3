package io.lockstep.node.embedded;

/** A cluster did not come up, or not in time. The message is one line for a person: what is wrong, and what to do. */
public final class ClusterStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClusterStartException(String message) {
        super(message);
    }

    ClusterStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
