package io.lockstep.node.storage;

/** A forward walk over rows. One thread at a time; to be closed before what it reads from. */
public interface Cursor extends AutoCloseable {
    boolean valid();

    /** The row's key; only while {@link #valid}. */
    byte[] key();

    /** The row's value; only while {@link #valid}. */
    byte[] value();

    void next();

    /** Moves to the first row at or after the key, which must not lie before the cursor's lower bound. */
    void seek(byte[] key);

    @Override
    void close();
}
