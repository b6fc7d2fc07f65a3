package io.lockstep.node.mvcc;

/** What stands among the old versions where a key was deleted: an empty value, which no KeyValue serialises to. */
final class Tombstone {
    static final byte[] VALUE = new byte[0];

    private Tombstone() {}

    static boolean is(byte[] value) {
        return value.length == 0;
    }
}
