package io.lockstep.node.mvcc;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keys of the family of old versions: the user key, escaped so that no key is another's prefix, then the complement of
 * the revision, so that one seek to (key, R) finds the newest version at or below R.
 *
 * <p>0x00 is written as 0x00 0xFF and the end as 0x00 0x01: order stays that of the user keys, unsigned.
 */
final class VersionKey {
    private static final byte ESCAPED_ZERO = (byte) 0xFF;
    private static final byte END = 0x01;
    /** Above the end mark and below an escaped zero: behind every version of a key, before every longer key. */
    private static final byte AFTER_END = 0x02;

    private VersionKey() {}

    static byte[] of(byte[] userKey, long revision) {
        return terminated(userKey, END, Long.BYTES).putLong(~revision).array();
    }

    /** At or before every version of the key, behind every version of smaller keys. */
    static byte[] first(byte[] userKey) {
        return terminated(userKey, END, 0).array();
    }

    /** Behind every version of the key. */
    static byte[] after(byte[] userKey) {
        return terminated(userKey, AFTER_END, 0).array();
    }

    private static ByteBuffer terminated(byte[] userKey, byte end, int extraBytes) {
        int zeros = 0;
        for (byte b : userKey) {
            zeros += b == 0 ? 1 : 0;
        }
        ByteBuffer out = ByteBuffer.allocate(userKey.length + zeros + 2 + extraBytes);
        for (byte b : userKey) {
            out.put(b);
            if (b == 0) {
                out.put(ESCAPED_ZERO);
            }
        }
        return out.put((byte) 0).put(end);
    }

    static long revisionOf(byte[] versionKey) {
        return ~ByteBuffer.wrap(versionKey).getLong(versionKey.length - Long.BYTES);
    }

    static byte[] userKeyOf(byte[] versionKey) {
        int encodedLength = versionKey.length - Long.BYTES - 2;
        byte[] userKey = new byte[encodedLength];
        int length = 0;
        for (int i = 0; i < encodedLength; i++) {
            userKey[length++] = versionKey[i];
            if (versionKey[i] == 0) {
                i++;
            }
        }
        return length == encodedLength ? userKey : Arrays.copyOf(userKey, length);
    }
}
