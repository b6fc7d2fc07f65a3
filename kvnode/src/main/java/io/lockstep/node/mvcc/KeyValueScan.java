package io.lockstep.node.mvcc;

/** A walk over the keys of a range as of one revision, in unsigned order of keys. */
interface KeyValueScan extends AutoCloseable {
    /** Moves on to the next key; false at the end. Begins before the first. */
    boolean advance();

    /** The serialised KeyValue of the key it stands on. */
    byte[] encoded();

    @Override
    void close();
}
