package io.lockstep.jepsen.client;

import io.grpc.Status;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Outcome;
import java.net.ConnectException;
import java.net.NoRouteToHostException;

/**
 * What an error says about the effect. A mistake here makes every verdict worthless: an effect that is called failed and
 * took place is a false alarm, and one called unknown that was refused only weakens the checkers. So what is in doubt is
 * unknown.
 */
final class Errors {

    private Errors() {}

    static Outcome outcomeOf(Action action, Status status) {
        if (!action.mutates()) {
            return Outcome.FAIL; // a read without an answer has no effect
        }
        return switch (status.getCode()) {
            case INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION,
                    OUT_OF_RANGE,
                    RESOURCE_EXHAUSTED,
                    PERMISSION_DENIED,
                    UNAUTHENTICATED,
                    UNIMPLEMENTED -> Outcome.FAIL; // refused, by the rules of the API
            case UNAVAILABLE -> neverConnected(status) ? Outcome.FAIL : Outcome.UNKNOWN;
            case OK, CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, ABORTED, INTERNAL, DATA_LOSS -> Outcome.UNKNOWN;
        };
    }

    /** The call failed because no connection could be made: it was never sent. */
    static boolean neverConnected(Status status) {
        for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
                return true;
            }
        }
        return false;
    }
}
