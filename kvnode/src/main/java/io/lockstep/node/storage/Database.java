package io.lockstep.node.storage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.MutableDBOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Slice;
import org.rocksdb.WriteOptions;

/**
 * One RocksDB in one directory. Reference counted, because snapshots outlive the database's turn as the live one: the
 * native side is closed with the last reference, never under a reader.
 */
public final class Database implements Reader, AutoCloseable {
    private final Path directory;
    private final DatabaseOptions options;
    private final RocksDB rocks;
    private final List<ColumnFamilyHandle> handles;
    private final ReadOptions readOptions = new ReadOptions();
    private final WriteOptions writeOptions = new WriteOptions().setDisableWAL(true);
    /** Kept so that any thread can cancel what runs by it. */
    private final CompactRangeOptions compactionHow = new CompactRangeOptions()
            .setExclusiveManualCompaction(false)
            .setAllowWriteStall(false)
            .setBottommostLevelCompaction(CompactRangeOptions.BottommostLevelCompaction.kForceOptimized);
    /** One for the opener until {@link #close}, one for each snapshot and each maintenance call, from any thread. */
    private final AtomicInteger references = new AtomicInteger(1);

    /** Set by the closer before it lets go of its reference, run by whoever lets go of the last one. */
    private volatile Runnable afterClose = () -> {};

    private Database(Path directory, DatabaseOptions options, RocksDB rocks, List<ColumnFamilyHandle> handles) {
        this.directory = directory;
        this.options = options;
        this.rocks = rocks;
        this.handles = handles;
    }

    public static void loadLibrary() {
        RocksDB.loadLibrary();
    }

    public static Database open(Path directory, StorageMemory memory) {
        DatabaseOptions options = new DatabaseOptions(memory);
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            RocksDB rocks = RocksDB.open(options.dbOptions(), directory.toString(), options.families(), handles);
            return new Database(directory, options, rocks, handles);
        } catch (RocksDBException e) {
            options.close();
            throw new StorageException("cannot open the state database in " + directory + ": " + e.getMessage(), e);
        }
    }

    public Path directory() {
        return directory;
    }

    ColumnFamilyHandle handle(Family family) {
        return handles.get(family.ordinal());
    }

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        return get(family, key, readOptions);
    }

    byte @Nullable [] get(Family family, byte[] key, ReadOptions how) {
        try {
            return rocks.get(handle(family), how, key);
        } catch (RocksDBException e) {
            throw new StorageException("cannot read the state database: " + e.getMessage(), e);
        }
    }

    /** Values in the order of the keys; absent ones are null. */
    List<byte @Nullable []> multiGet(Family family, List<byte[]> keys) {
        try {
            return rocks.multiGetAsList(readOptions, Collections.nCopies(keys.size(), handle(family)), keys);
        } catch (RocksDBException e) {
            throw new StorageException("cannot read the state database: " + e.getMessage(), e);
        }
    }

    @Override
    public Cursor cursor(Family family, byte[] from, byte @Nullable [] to) {
        return cursor(family, from, to, new ReadOptions());
    }

    Cursor cursor(Family family, byte[] from, byte @Nullable [] to, ReadOptions how) {
        Slice upperBound = to == null ? null : new Slice(to);
        if (upperBound != null) {
            how.setIterateUpperBound(upperBound);
        }
        return new RocksCursor(rocks.newIterator(handle(family), how), how, upperBound, from);
    }

    public Mutations newMutations() {
        return new Mutations(this);
    }

    /** Visible to readers on return, durable with a later flush; a flush never holds half of it. */
    public void write(Mutations mutations) {
        try {
            rocks.write(writeOptions, mutations.batch());
        } catch (RocksDBException e) {
            throw new StorageException("cannot write to the state database: " + e.getMessage(), e);
        }
    }

    public Snapshot snapshot() {
        if (!tryAcquire()) {
            throw new IllegalStateException("the database is closed");
        }
        return new Snapshot(this, rocks.getSnapshot());
    }

    void release(org.rocksdb.Snapshot snapshot) {
        rocks.releaseSnapshot(snapshot);
        release();
    }

    /** Writes all memtables to disk, in one piece over all families; blocks until they are there. */
    public void flush() {
        withReference(() -> {
            try (FlushOptions how = new FlushOptions().setWaitForFlush(true)) {
                rocks.flush(how, handles);
            }
        });
    }

    /** Hard-links the database, as it is, into a directory that does not exist yet. */
    public void checkpoint(Path target) {
        withReference(() -> {
            try (Checkpoint checkpoint = Checkpoint.create(rocks)) {
                checkpoint.createCheckpoint(target.toString());
            }
        });
    }

    /**
     * Rewrites all tables, so that they hold only what is live; in the background, beside reads and writes. Blocks until
     * done or until {@link #cancelCompaction}.
     */
    public void compact() {
        flush();
        withReference(() -> {
            for (ColumnFamilyHandle family : handles) {
                if (!compactionHow.canceled()) {
                    rocks.compactRange(family, null, null, compactionHow);
                }
            }
        });
    }

    /** Ends {@link #compact} soon, without having done all; also those to come. */
    public void cancelCompaction() {
        compactionHow.setCanceled(true);
    }

    /** Bytes of live tables and memtables. */
    public long totalBytes() {
        return property("rocksdb.live-sst-files-size") + property("rocksdb.size-all-mem-tables");
    }

    /** An estimate of what would be left after a full compaction. */
    public long inUseBytes() {
        return property("rocksdb.estimate-live-data-size") + property("rocksdb.cur-size-active-mem-table");
    }

    private long property(String name) {
        long[] value = new long[1];
        withReference(() -> value[0] = rocks.getAggregatedLongProperty(name));
        return value[0];
    }

    private interface NativeCall {
        void run() throws RocksDBException;
    }

    private void withReference(NativeCall call) {
        if (!tryAcquire()) {
            throw new IllegalStateException("the database is closed");
        }
        try {
            call.run();
        } catch (RocksDBException e) {
            throw new StorageException("the state database failed: " + e.getMessage(), e);
        } finally {
            release();
        }
    }

    public boolean tryAcquire() {
        int now = references.get();
        while (now > 0) {
            if (references.compareAndSet(now, now + 1)) {
                return true;
            }
            now = references.get();
        }
        return false;
    }

    public void release() {
        if (references.decrementAndGet() == 0) {
            handles.forEach(ColumnFamilyHandle::close);
            rocks.close();
            readOptions.close();
            writeOptions.close();
            compactionHow.close();
            options.close();
            afterClose.run();
        }
    }

    /** Lets go of the opener's reference, and runs the task once nothing native is open any more, on whatever thread. */
    public void closeThen(Runnable task) {
        afterClose = task;
        release();
    }

    /** Has a later close leave behind what no flush has written: RocksDB would write it, as there is no WAL. */
    public void forgetUnflushed() {
        withReference(() -> rocks.setDBOptions(
                MutableDBOptions.builder().setAvoidFlushDuringShutdown(true).build()));
    }

    /** Lets go of the opener's reference. */
    @Override
    public void close() {
        release();
    }
}
