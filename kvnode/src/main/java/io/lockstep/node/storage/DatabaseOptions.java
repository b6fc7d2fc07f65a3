package io.lockstep.node.storage;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.RocksObject;
import org.rocksdb.TablePropertiesCollectorFactory;

/** How the state database is set up. The Raft log is its write-ahead log, so it has none of its own. */
final class DatabaseOptions implements AutoCloseable {
    private static final int BACKGROUND_JOBS = 2;
    private static final int OPEN_FILES = 512;
    private static final double BLOOM_BITS_PER_KEY = 10;
    private static final int BLOCK_BYTES = 8 << 10;
    /** A table is compacted early when this many of so many neighbouring rows are deletions (queues, compaction). */
    private static final long DELETION_WINDOW_ROWS = 4096;

    private static final long DELETION_TRIGGER_ROWS = 2048;

    private final List<RocksObject> owned = new ArrayList<>();
    private final DBOptions dbOptions;
    private final List<ColumnFamilyDescriptor> families = new ArrayList<>();

    DatabaseOptions(StorageMemory memory) {
        dbOptions = own(new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setAtomicFlush(true)
                .setWriteBufferManager(memory.writeBuffers())
                .setMaxBackgroundJobs(BACKGROUND_JOBS)
                .setMaxOpenFiles(OPEN_FILES)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setMaxLogFileSize(4 << 20)
                .setStatsDumpPeriodSec(0)
                .setBytesPerSync(1 << 20));
        for (Family family : Family.values()) {
            families.add(new ColumnFamilyDescriptor(family.diskName(), familyOptions(memory)));
        }
    }

    private ColumnFamilyOptions familyOptions(StorageMemory memory) {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(memory.cache())
                .setBlockSize(BLOCK_BYTES)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFilterPolicy(own(new BloomFilter(BLOOM_BITS_PER_KEY, false)))
                .setFormatVersion(5);
        TablePropertiesCollectorFactory onDeletions =
                own(TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                        DELETION_WINDOW_ROWS, DELETION_TRIGGER_ROWS, 0));
        // Only Options can carry a collector; the copy takes it along.
        try (Options options = new Options()) {
            options.setTablePropertiesCollectorFactory(List.of(onDeletions));
            return own(new ColumnFamilyOptions(options)
                    .setTableFormatConfig(table)
                    .setWriteBufferSize(memory.memtableBytes())
                    .setMaxWriteBufferNumber(3)
                    .setCompressionType(CompressionType.LZ4_COMPRESSION)
                    .setLevelCompactionDynamicLevelBytes(true));
        }
    }

    private <T extends RocksObject> T own(T object) {
        owned.add(object);
        return object;
    }

    DBOptions dbOptions() {
        return dbOptions;
    }

    List<ColumnFamilyDescriptor> families() {
        return families;
    }

    @Override
    public void close() {
        owned.forEach(RocksObject::close);
    }
}
