package io.lockstep.client;

import com.google.protobuf.ByteString;

/**
 * Keys in [key, end), in unsigned byte order.
 *
 * @param end empty: the one key; one zero byte: all keys from {@code key} on
 */
public record KeyRange(ByteString key, ByteString end) {
    private static final ByteString ZERO = ByteString.copyFrom(new byte[] {0});

    /** Just this key. */
    public static KeyRange single(ByteString key) {
        return new KeyRange(key, ByteString.EMPTY);
    }

    /** From the first up to, and without, the second. */
    public static KeyRange between(ByteString key, ByteString end) {
        return new KeyRange(key, end);
    }

    /** The key and all after it; the empty key: all keys. */
    public static KeyRange from(ByteString key) {
        return new KeyRange(key.isEmpty() ? ZERO : key, ZERO);
    }

    /** All keys that begin so; the empty prefix: all keys. */
    public static KeyRange prefix(ByteString prefix) {
        return prefix.isEmpty() ? from(prefix) : new KeyRange(prefix, prefixEnd(prefix));
    }

    /** The first key after all that begin so: the last byte below 0xff, raised by one, and nothing after it. */
    static ByteString prefixEnd(ByteString prefix) {
        for (int i = prefix.size() - 1; i >= 0; i--) {
            if (prefix.byteAt(i) != (byte) 0xff) {
                byte[] end = prefix.substring(0, i + 1).toByteArray();
                end[i]++;
                return ByteString.copyFrom(end);
            }
        }
        return ZERO;
    }
}
