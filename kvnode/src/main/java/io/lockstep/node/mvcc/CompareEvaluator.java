package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import io.lockstep.api.Compare;
import io.lockstep.api.Compare.CompareTarget;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Reader;
import java.util.List;

/**
 * Decides the comparisons of a transaction on the newest state. An absent key, and an empty range, behave as a key with
 * all numbers 0, whose value compares as false with anything. Unsigned bytes.
 */
final class CompareEvaluator {
    private static final StoredKeyValue ABSENT =
            StoredKeyValue.of(KeyValue.getDefaultInstance().toByteArray());

    private final Reader reader;

    CompareEvaluator(Reader reader) {
        this.reader = reader;
    }

    boolean allHold(List<Compare> compares) {
        for (Compare compare : compares) {
            if (!holds(compare)) {
                return false;
            }
        }
        return true;
    }

    private boolean holds(Compare compare) {
        KeyRange range = KeyRange.of(compare.getKey(), compare.getRangeEnd());
        if (range.single()) {
            byte[] encoded = reader.get(Family.CURRENT, range.start());
            return encoded == null ? holdsForAbsent(compare) : holdsFor(compare, StoredKeyValue.of(encoded));
        }
        if (range.isEmpty()) {
            return holdsForAbsent(compare);
        }
        try (NewestScan scan = new NewestScan(reader, range)) {
            if (!scan.advance()) {
                return holdsForAbsent(compare);
            }
            do {
                if (!holdsFor(compare, StoredKeyValue.of(scan.encoded()))) {
                    return false;
                }
            } while (scan.advance());
            return true;
        }
    }

    private static boolean holdsForAbsent(Compare compare) {
        return compare.getTarget() != CompareTarget.VALUE && holdsFor(compare, ABSENT);
    }

    /** A target whose operand is not the one that was sent compares with 0 or empty; unknown enums as etcd's do. */
    private static boolean holdsFor(Compare compare, StoredKeyValue kv) {
        int order = switch (compare.getTarget()) {
            case VERSION -> Long.compare(kv.version(), compare.getVersion());
            case CREATE -> Long.compare(kv.createRevision(), compare.getCreateRevision());
            case MOD -> Long.compare(kv.modRevision(), compare.getModRevision());
            case LEASE -> Long.compare(kv.lease(), compare.getLease());
            case VALUE -> ByteString.unsignedLexicographicalComparator().compare(kv.value(), compare.getValue());
            case UNRECOGNIZED -> 0;
        };
        return switch (compare.getResult()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
            case UNRECOGNIZED -> true;
        };
    }
}
