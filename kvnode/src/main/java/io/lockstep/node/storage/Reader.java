package io.lockstep.node.storage;

import org.jspecify.annotations.Nullable;

/** Something to read rows from: a snapshot, the live database, or a batch laid over it. */
public interface Reader {
    /** The value, or null. The array is the caller's to read, never to change. */
    byte @Nullable [] get(Family family, byte[] key);

    /** Rows of {@code [from, to)} in unsigned order, standing on the first; a null {@code to} means to the end. */
    Cursor cursor(Family family, byte[] from, byte @Nullable [] to);
}
