package io.lockstep.node.storage;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/** A RocksDB iterator with its upper bound: without one a walk would wade through tombstones beyond its range. */
final class RocksCursor implements Cursor {
    private final ReadOptions readOptions;
    private final @Nullable Slice upperBound;
    private final RocksIterator iterator;

    RocksCursor(RocksIterator iterator, ReadOptions readOptions, @Nullable Slice upperBound, byte[] from) {
        this.iterator = iterator;
        this.readOptions = readOptions;
        this.upperBound = upperBound;
        seek(from);
    }

    @Override
    public boolean valid() {
        return iterator.isValid();
    }

    @Override
    public byte[] key() {
        return iterator.key();
    }

    @Override
    public byte[] value() {
        return iterator.value();
    }

    @Override
    public void next() {
        iterator.next();
        requireSound();
    }

    @Override
    public void seek(byte[] key) {
        iterator.seek(key);
        requireSound();
    }

    /** An iterator that met a damaged block just becomes invalid: without this check rows would be missing in silence. */
    private void requireSound() {
        if (iterator.isValid()) {
            return;
        }
        try {
            iterator.status();
        } catch (RocksDBException e) {
            throw new StorageException("cannot read the state database: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        iterator.close();
        readOptions.close();
        if (upperBound != null) {
            upperBound.close();
        }
    }
}
