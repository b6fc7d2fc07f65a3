package io.lockstep.client;

import io.grpc.Status;

/**
 * A call that did not succeed, by what the caller may conclude: after a {@link DefiniteFailure} nothing has happened and
 * nothing will; after an {@link UnknownOutcome} the write may have happened, or may yet happen. A read changes nothing,
 * so its failures are always definite.
 *
 * <p>The message is the server's own text where a server answered (texts are API: {@code "etcdserver: no leader"}).
 */
public abstract sealed class ClientException extends RuntimeException permits DefiniteFailure, UnknownOutcome {
    private static final long serialVersionUID = 1L;

    private final Status.Code code;
    private final String endpoint;
    private final int attempts;

    ClientException(Failure failure, String endpoint, int attempts) {
        super(failure.text(), failure.cause());
        this.code = failure.code();
        this.endpoint = endpoint;
        this.attempts = attempts;
    }

    /** The gRPC code of the last attempt. */
    public Status.Code code() {
        return code;
    }

    /** Whom the last attempt went to, as {@code host:port}. */
    public String endpoint() {
        return endpoint;
    }

    /** How many times the call was tried, at least 1. */
    public int attempts() {
        return attempts;
    }
}
