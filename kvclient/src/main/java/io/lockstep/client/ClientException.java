package io.lockstep.client;

import io.grpc.Status;
import java.io.Serializable;
import java.util.List;

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
    private final Attempts made;

    /**
     * What was tried.
     *
     * @param count how many times the call was tried; 0: it never left the client
     * @param endpoint whose failure this is, as {@code host:port}
     * @param endpoints how many the client has
     * @param unreachable those, as {@code host:port}, which the call could not connect to when it last tried
     */
    public record Attempts(int count, String endpoint, int endpoints, List<String> unreachable)
            implements Serializable {}

    ClientException(Failure failure, Attempts made) {
        super(failure.text(), failure.cause());
        this.code = failure.code();
        this.made = made;
    }

    /** The gRPC code of the attempt that {@link #endpoint} names. */
    public Status.Code code() {
        return code;
    }

    /**
     * Whose failure this is, as {@code host:port}: the one that left the outcome unknown; of definite failures the most
     * telling, a server's own word before a lost connection before none at all, and the newest of those.
     */
    public String endpoint() {
        return made.endpoint();
    }

    /** How many times the call was tried; 0: it never left the client. */
    public int attempts() {
        return made.count();
    }

    /** What was tried. */
    public Attempts made() {
        return made;
    }
}
