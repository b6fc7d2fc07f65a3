package io.lockstep.node.apply;

import org.jspecify.annotations.Nullable;

/**
 * This member cannot execute what the cluster agreed on, and must stop: to skip it would be to diverge. Nothing of the
 * entry became visible beyond whole commands.
 */
public final class ApplyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ApplyException(String message) {
        super(message);
    }

    public ApplyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
