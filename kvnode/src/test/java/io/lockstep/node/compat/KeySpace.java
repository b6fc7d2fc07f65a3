package io.lockstep.node.compat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.random.RandomGenerator;

/** The few keys, ends and values that random requests use: few, so that they meet; and every edge of unsigned byte order. */
final class KeySpace {
    private static final List<ByteString> KEYS = List.of(
            bytes(0x00),
            bytes(0x00, 0x00),
            bytes(0x00, 0x01),
            bytes(0x00, 0xff),
            bytes('a'),
            bytes('a', 0x00),
            bytes('a', 'a'),
            bytes('a', 'b'),
            bytes('a', 0x7f),
            bytes('a', 0x80),
            bytes('a', 0xff),
            bytes('a', 0xff, 0xff),
            bytes('b'),
            bytes('k', '/'),
            bytes('k', '/', '1'),
            bytes('k', '/', '2'),
            bytes(0x7f),
            bytes(0x80),
            bytes(0xff),
            bytes(0xff, 0xff));
    private static final List<ByteString> VALUES = List.of(
            ByteString.EMPTY,
            bytes(0x00),
            bytes('1'),
            bytes('1', 0x00),
            bytes('2'),
            bytes('v'),
            bytes(0x7f),
            bytes(0x80),
            bytes(0xff),
            ByteString.copyFromUtf8("a longer value, of more than a few bytes"));

    private final RandomGenerator random;

    KeySpace(RandomGenerator random) {
        this.random = random;
    }

    ByteString key() {
        return KEYS.get(random.nextInt(KEYS.size()));
    }

    ByteString value() {
        return VALUES.get(random.nextInt(VALUES.size()));
    }

    /** An end for a range that begins at key: none, the next key, its prefix's end, the end of all, or any key, also one before it. */
    ByteString rangeEnd(ByteString key) {
        return switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> ByteString.EMPTY;
            case 4, 5 -> Requests.FIRST;
            case 6, 7 -> prefixEnd(key);
            case 8 -> key.concat(Requests.FIRST);
            case 9 -> key;
            default -> key();
        };
    }

    /** The smallest key that is greater than every key with this prefix; 0x00, the end of all, where there is none. */
    private static ByteString prefixEnd(ByteString prefix) {
        for (int i = prefix.size() - 1; i >= 0; i--) {
            int last = prefix.byteAt(i) & 0xff;
            if (last < 0xff) {
                return prefix.substring(0, i).concat(bytes(last + 1));
            }
        }
        return Requests.FIRST;
    }

    private static ByteString bytes(int... unsigned) {
        byte[] bytes = new byte[unsigned.length];
        for (int i = 0; i < unsigned.length; i++) {
            bytes[i] = (byte) unsigned[i];
        }
        return ByteString.copyFrom(bytes);
    }
}
