package io.lockstep.node.storage;

import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.WriteBufferManager;

/**
 * The memory that the databases of one node share: a block cache, and a budget for memtables that is charged to it, so
 * that the cache's size bounds both. During an install two databases are open and draw on the same.
 */
public final class StorageMemory implements AutoCloseable {
    private final Cache cache;
    private final WriteBufferManager writeBuffers;
    private final long memtableBytes;

    public StorageMemory(long blockCacheBytes, long memtableBytes) {
        Database.loadLibrary();
        this.cache = new LRUCache(blockCacheBytes);
        this.writeBuffers = new WriteBufferManager(memtableBytes, cache);
        this.memtableBytes = memtableBytes;
    }

    Cache cache() {
        return cache;
    }

    WriteBufferManager writeBuffers() {
        return writeBuffers;
    }

    long memtableBytes() {
        return memtableBytes;
    }

    /** RocksDB counts its own references: databases still open keep what they use. */
    @Override
    public void close() {
        writeBuffers.close();
        cache.close();
    }
}
