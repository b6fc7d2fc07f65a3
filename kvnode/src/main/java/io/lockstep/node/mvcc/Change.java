package io.lockstep.node.mvcc;

import java.nio.ByteBuffer;

/**
 * One row of the family of changes: what happened to which key at a revision, and which version that replaced.
 *
 * @param sub place within the revision, from 0
 * @param previousModRevision 0: the key was absent
 */
record Change(long revision, int sub, boolean deletion, byte[] userKey, long previousModRevision) {
    private static final byte PUT = 0;
    private static final byte DELETE = 1;

    static byte[] firstKeyOf(long revision) {
        return ByteBuffer.allocate(Long.BYTES).putLong(revision).array();
    }

    static Change decode(byte[] rowKey, byte[] rowValue) {
        ByteBuffer key = ByteBuffer.wrap(rowKey);
        ByteBuffer value = ByteBuffer.wrap(rowValue);
        long revision = key.getLong();
        int sub = key.getInt();
        boolean deletion = value.get() == DELETE;
        long previous = value.getLong();
        byte[] userKey = new byte[value.remaining()];
        value.get(userKey);
        return new Change(revision, sub, deletion, userKey, previous);
    }

    byte[] rowKey() {
        return ByteBuffer.allocate(Long.BYTES + Integer.BYTES)
                .putLong(revision)
                .putInt(sub)
                .array();
    }

    byte[] rowValue() {
        return ByteBuffer.allocate(1 + Long.BYTES + userKey.length)
                .put(deletion ? DELETE : PUT)
                .putLong(previousModRevision)
                .put(userKey)
                .array();
    }
}
