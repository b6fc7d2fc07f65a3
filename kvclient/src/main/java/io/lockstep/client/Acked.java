package io.lockstep.client;

import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.PutResponse;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.TxnResponse;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What an acknowledged write has reached, read off an answer: {@code Acked.of(answer)}.
 *
 * @param revision of the store after the write; empty: it was only accepted ({@link Ack#ACCEPTED}), has no revision yet and
 *     may be lost
 * @param missing with {@link Ack#ALL}, the members that have not reported it, as unsigned numbers; none: a stale read of any
 *     member sees the write. Always empty with another {@link Ack}
 */
public record Acked(OptionalLong revision, List<Long> missing) {
    public Acked {
        missing = List.copyOf(missing);
    }

    /** Of a put. */
    public static Acked of(PutResponse answer) {
        return of(answer.getHeader());
    }

    /** Of a deletion. */
    public static Acked of(DeleteRangeResponse answer) {
        return of(answer.getHeader());
    }

    /** Of a transaction. */
    public static Acked of(TxnResponse answer) {
        return of(answer.getHeader());
    }

    /** Of any answer's header. */
    public static Acked of(ResponseHeader header) {
        boolean accepted = header.hasRevisionKnown() && !header.getRevisionKnown();
        return new Acked(
                accepted ? OptionalLong.empty() : OptionalLong.of(header.getRevision()), header.getAckMissingList());
    }

    /** For people: {@code committed as revision 42, not reported by 8e9e05c52164694d}. */
    @Override
    public String toString() {
        if (revision.isEmpty()) {
            return "accepted, and may be lost";
        }
        String away = missing.isEmpty()
                ? ""
                : ", not reported by " + missing.stream().map(Long::toHexString).collect(Collectors.joining(", "));
        return "committed as revision " + revision.getAsLong() + away;
    }
}
