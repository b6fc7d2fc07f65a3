package io.lockstep.node.auth;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keys that were granted, as the union of ranges: what two adjoining grants cover together is covered. Keys and ends are
 * given as in requests: an empty end is the one key, an end of one zero byte is everything from the key on. Bytes are
 * unsigned. Immutable.
 */
final class KeyIntervals {
    private static final Comparator<ByteString> BYTES = ByteString.unsignedLexicographicalComparator();
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    /** @param end exclusive; null: to the last key */
    private record Interval(ByteString start, @Nullable ByteString end) {
        static Interval of(ByteString key, ByteString rangeEnd) {
            if (rangeEnd.isEmpty()) {
                return new Interval(key, key.concat(ZERO));
            }
            return new Interval(key, rangeEnd.equals(ZERO) ? null : rangeEnd);
        }

        boolean holdsNothing() {
            return end != null && BYTES.compare(end, start) <= 0;
        }
    }

    private final List<Interval> granted;
    /** Disjoint and not adjoining, by their start. */
    private final TreeMap<ByteString, Interval> merged = new TreeMap<>(BYTES);

    private KeyIntervals(List<Interval> granted) {
        this.granted = granted;
    }

    static final class Builder {
        private final List<Interval> granted = new ArrayList<>();

        void add(ByteString key, ByteString rangeEnd) {
            granted.add(Interval.of(key, rangeEnd));
        }

        KeyIntervals build() {
            granted.sort((a, b) -> BYTES.compare(a.start(), b.start()));
            KeyIntervals intervals = new KeyIntervals(List.copyOf(granted));
            granted.forEach(intervals::merge);
            return intervals;
        }
    }

    /** Of one that starts no earlier than those before it. */
    private void merge(Interval next) {
        Map.@Nullable Entry<ByteString, Interval> last = merged.lastEntry();
        if (last == null || !reaches(last.getValue().end(), next.start())) {
            merged.put(next.start(), next);
        } else if (compareEnds(last.getValue().end(), next.end()) < 0) {
            merged.put(last.getKey(), new Interval(last.getKey(), next.end()));
        }
    }

    boolean cover(ByteString key, ByteString rangeEnd) {
        Interval asked = Interval.of(key, rangeEnd);
        if (asked.holdsNothing()) {
            return holdBothEnds(asked);
        }
        Map.@Nullable Entry<ByteString, Interval> around = merged.floorEntry(asked.start());
        return around != null && compareEnds(around.getValue().end(), asked.end()) >= 0;
    }

    /** A range that ends before it begins reads nothing; etcd allows it where one grant holds both of its ends. */
    private boolean holdBothEnds(Interval asked) {
        return granted.stream()
                .anyMatch(grant -> asked.end() != null
                        && BYTES.compare(grant.start(), asked.end()) < 0
                        && (grant.end() == null || BYTES.compare(grant.end(), asked.start()) > 0));
    }

    private static boolean reaches(@Nullable ByteString end, ByteString start) {
        return end == null || BYTES.compare(end, start) >= 0;
    }

    private static int compareEnds(@Nullable ByteString a, @Nullable ByteString b) {
        if (a == null || b == null) {
            return Boolean.compare(a == null, b == null);
        }
        return BYTES.compare(a, b);
    }
}
