package io.lockstep.node.storage;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;

/** The database at one moment. Read by any thread; closed once, by the owner, after the last read. */
public final class Snapshot implements Reader, AutoCloseable {
    private final Database database;
    private final org.rocksdb.Snapshot snapshot;
    /** For point reads; cursors need their own, for the bound. */
    private final ReadOptions pointOptions;

    Snapshot(Database database, org.rocksdb.Snapshot snapshot) {
        this.database = database;
        this.snapshot = snapshot;
        this.pointOptions = new ReadOptions().setSnapshot(snapshot);
    }

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        return database.get(family, key, pointOptions);
    }

    @Override
    public Cursor cursor(Family family, byte[] from, byte @Nullable [] to) {
        return database.cursor(family, from, to, new ReadOptions().setSnapshot(snapshot));
    }

    @Override
    public void close() {
        pointOptions.close();
        database.release(snapshot);
    }
}
