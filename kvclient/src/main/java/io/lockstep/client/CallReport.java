package io.lockstep.client;

import java.time.Duration;
import java.util.Optional;

/**
 * What became of a call.
 *
 * @param method as grpc names it: {@code etcdserverpb.KV/Range}
 * @param endpoint whom the last attempt asked, as {@code host:port}
 * @param attempts how often it was tried; 0: it never left the client
 * @param outcome how it ended
 * @param nanos from the call to its end, waiting included
 * @param staleness of a read that was answered, where the member had proven a bound: at most so stale
 */
public record CallReport(
        String method, String endpoint, int attempts, Outcome outcome, long nanos, Optional<Duration> staleness) {
    /** How a call ended. */
    public enum Outcome {
        /** With an answer. */
        ANSWERED,
        /** With a {@link DefiniteFailure}. */
        FAILED,
        /** With an {@link UnknownOutcome}. */
        UNKNOWN,
        /** The caller cancelled it. */
        CANCELLED
    }
}
