package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a request names, by etcd's rules for key and range_end: an empty end is the one key, an end of one zero
 * byte is everything from the key on, anything else is exclusive. An end at or before the key holds nothing.
 *
 * @param end exclusive; null: to the last key
 */
public record KeyRange(byte[] start, byte @Nullable [] end, boolean single) {
    private static final byte[] NOTHING = new byte[0];

    public static KeyRange of(ByteString key, ByteString rangeEnd) {
        byte[] start = key.toByteArray();
        if (rangeEnd.isEmpty()) {
            return new KeyRange(start, NOTHING, true);
        }
        if (rangeEnd.size() == 1 && rangeEnd.byteAt(0) == 0) {
            return new KeyRange(start, null, false);
        }
        return new KeyRange(start, rangeEnd.toByteArray(), false);
    }

    boolean isEmpty() {
        return !single && end != null && Arrays.compareUnsigned(end, start) <= 0;
    }
}
