package io.lockstep.node.storage;

import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Rows to write at once, or not at all. One thread; written by {@link Database#write}. */
public final class Mutations implements AutoCloseable {
    private final Database database;
    private final WriteBatch batch = new WriteBatch();

    Mutations(Database database) {
        this.database = database;
    }

    public void put(Family family, byte[] key, byte[] value) {
        try {
            batch.put(database.handle(family), key, value);
        } catch (RocksDBException e) {
            throw new StorageException("cannot add to a write batch", e);
        }
    }

    public void delete(Family family, byte[] key) {
        try {
            batch.delete(database.handle(family), key);
        } catch (RocksDBException e) {
            throw new StorageException("cannot add to a write batch", e);
        }
    }

    /** Forgets the rows of {@code [from, to)}. */
    public void deleteRange(Family family, byte[] from, byte[] to) {
        try {
            batch.deleteRange(database.handle(family), from, to);
        } catch (RocksDBException e) {
            throw new StorageException("cannot add to a write batch", e);
        }
    }

    public long sizeBytes() {
        return batch.getDataSize();
    }

    WriteBatch batch() {
        return batch;
    }

    @Override
    public void close() {
        batch.close();
    }
}
