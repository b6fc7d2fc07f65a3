package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeRequest.SortTarget;
import java.util.Comparator;

/** The order that a range request asks for. Equal ones keep the order of their keys, descending too. */
final class KeyValueOrder implements Comparator<KeyValueOrder.Candidate> {
    /** A key-value pair and its place among the keys. */
    record Candidate(long place, StoredKeyValue kv) {}

    private static final Comparator<ByteString> UNSIGNED = ByteString.unsignedLexicographicalComparator();

    private final Comparator<Candidate> comparison;

    KeyValueOrder(SortTarget target, boolean descending) {
        Comparator<Candidate> byTarget = switch (target) {
            case KEY, UNRECOGNIZED -> Comparator.comparingLong(Candidate::place);
            case VERSION -> Comparator.comparingLong(c -> c.kv().version());
            case CREATE -> Comparator.comparingLong(c -> c.kv().createRevision());
            case MOD -> Comparator.comparingLong(c -> c.kv().modRevision());
            case VALUE -> Comparator.comparing(c -> c.kv().value(), UNSIGNED);
        };
        this.comparison =
                (descending ? byTarget.reversed() : byTarget).thenComparing(Comparator.comparingLong(Candidate::place));
    }

    @Override
    public int compare(Candidate a, Candidate b) {
        return comparison.compare(a, b);
    }
}
