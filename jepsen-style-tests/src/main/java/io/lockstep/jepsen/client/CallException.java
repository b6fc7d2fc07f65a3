package io.lockstep.jepsen.client;

import io.grpc.Status;
import io.lockstep.jepsen.history.Outcome;

/** A call that did not end well, and what that says about its effect. */
public final class CallException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Outcome outcome;
    private final transient Status status;

    CallException(Outcome outcome, Status status) {
        super(status.getCode() + (status.getDescription() == null ? "" : ": " + status.getDescription()));
        this.outcome = outcome;
        this.status = status;
    }

    /** FAIL or UNKNOWN. */
    public Outcome outcome() {
        return outcome;
    }

    /** True if the node could not be reached at all. */
    public boolean neverConnected() {
        return Errors.neverConnected(status);
    }
}
