package io.lockstep.node.storage;

import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.WALRecoveryMode;

/**
 * How the Raft log's own RocksDB is set up. Package raft hands the result to JRaft, which owns and closes it.
 *
 * <p>RocksDB's default recovery (point in time) silently drops every synchronised record behind a damaged one: lost
 * acknowledged writes. Here only a torn tail is forgiven, which no synchronised record can be, and the manifest tracks
 * the log files, so that a missing or shortened one is an error.
 */
public final class RaftLogOptions {
    private static final long MEMTABLE_BYTES = 16L << 20;
    private static final int MEMTABLES = 3;
    private static final long BLOCK_CACHE_BYTES = 8L << 20;
    private static final long MAX_WAL_BYTES = 128L << 20;
    private static final int INFO_LOG_FILES = 2;

    private RaftLogOptions() {}

    public static DBOptions dbOptions() {
        Database.loadLibrary();
        Properties settable = new Properties();
        // The Java binding has no setter for this one.
        settable.setProperty("track_and_verify_wals_in_manifest", "true");
        DBOptions options = DBOptions.getDBOptionsFromProps(settable);
        if (options == null) {
            throw new IllegalStateException("this RocksDB does not know track_and_verify_wals_in_manifest");
        }
        return options.setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
                .setMaxTotalWalSize(MAX_WAL_BYTES)
                .setMaxOpenFiles(256)
                .setMaxBackgroundJobs(2)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(INFO_LOG_FILES)
                .setMaxLogFileSize(4 << 20)
                .setStatsDumpPeriodSec(0);
    }

    public static ColumnFamilyOptions familyOptions() {
        Database.loadLibrary();
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(new LRUCache(BLOCK_CACHE_BYTES))
                .setFormatVersion(5);
        return new ColumnFamilyOptions()
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setWriteBufferSize(MEMTABLE_BYTES)
                .setMaxWriteBufferNumber(MEMTABLES);
    }
}
