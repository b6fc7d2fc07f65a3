package io.lockstep.client;

import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.TxnResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * How a read was served and how stale it may be at most, read off an answer: {@code Served.of(answer)}. The answer itself
 * stays what came over the wire, and is not copied.
 *
 * @param path which rule the answer was given by
 * @param staleness the answer contains every write that was acknowledged at least so long before the request was sent;
 *     zero: every one acknowledged before it; empty: the member has proven nothing, which it does not until its first
 *     round with the leader, and never if it is an etcd
 * @param member who answered, as an unsigned number
 * @param revision of the state that was read
 */
public record Served(Path path, Optional<Duration> staleness, long member, long revision) {
    /** By which rule a read is answered. */
    public enum Path {
        /** The server does not say: it is an etcd. */
        UNKNOWN,
        /** A quorum was asked. */
        LINEARIZABLE,
        /** From what the member had, without a bound. */
        STALE,
        /** From what the member had, since it proved the bound. */
        BOUNDED,
        /** From what the member had, as soon as that was the revision. */
        REVISION
    }

    /** Of a read. */
    public static Served of(RangeResponse answer) {
        return of(answer.getHeader());
    }

    /** Of a transaction that only read. */
    public static Served of(TxnResponse answer) {
        return of(answer.getHeader());
    }

    /** Of any answer's header. */
    public static Served of(ResponseHeader header) {
        Path path = switch (header.getServed()) {
            case READ_PATH_LINEARIZABLE -> Path.LINEARIZABLE;
            case READ_PATH_STALE -> Path.STALE;
            case READ_PATH_BOUNDED -> Path.BOUNDED;
            case READ_PATH_MIN_REVISION -> Path.REVISION;
            case READ_PATH_UNSET, UNRECOGNIZED -> Path.UNKNOWN;
        };
        Optional<Duration> staleness = header.hasStalenessMillis()
                ? Optional.of(Duration.ofMillis(header.getStalenessMillis()))
                : Optional.empty();
        return new Served(path, staleness, header.getMemberId(), header.getRevision());
    }

    /** For people: {@code at most 87 ms stale (bounded, member 8e9e05c52164694d, revision 42)}. */
    @Override
    public String toString() {
        String bound = staleness
                .map(most -> most.isZero() ? "not stale" : "at most " + most.toMillis() + " ms stale")
                .orElse("of unknown staleness");
        return bound + " (" + path.name().toLowerCase(Locale.ROOT) + ", member " + Long.toHexString(member)
                + ", revision " + revision + ")";
    }
}
