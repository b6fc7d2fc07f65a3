package io.lockstep.node.watch;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a watcher is told of.
 *
 * @param end exclusive; null: to the last key; of a single key: unused
 */
record WatchRange(ByteString key, @Nullable ByteString end, boolean single) {
    static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();
    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

    /** By etcd's rules for watches: an empty key means the first one, unlike in a read. */
    static WatchRange of(ByteString key, ByteString rangeEnd) {
        ByteString start = key.isEmpty() ? ZERO : key;
        if (rangeEnd.isEmpty()) {
            return new WatchRange(start, null, true);
        }
        return new WatchRange(start, rangeEnd.equals(ZERO) ? null : rangeEnd, false);
    }

    boolean isEmpty() {
        return !single && end != null && ORDER.compare(key, end) >= 0;
    }

    boolean contains(ByteString asked) {
        if (single) {
            return key.equals(asked);
        }
        return ORDER.compare(key, asked) <= 0 && (end == null || ORDER.compare(asked, end) < 0);
    }
}
