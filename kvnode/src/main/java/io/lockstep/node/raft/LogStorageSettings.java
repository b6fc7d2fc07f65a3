package io.lockstep.node.raft;

import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import com.alipay.sofa.jraft.util.StorageOptionsFactory;
import java.util.Properties;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.WALRecoveryMode;

/** RocksDB's options for the log. JRaft keeps one set per JVM and class, so they are registered once. */
final class LogStorageSettings {
    private static boolean registered;

    private LogStorageSettings() {}

    static synchronized void register() {
        if (registered) {
            return;
        }
        RocksDB.loadLibrary();
        Properties byName = new Properties();
        // Has no setter in Java: a whole WAL file that is missing or short is noticed on opening.
        byName.setProperty("track_and_verify_wals_in_manifest", "true");
        DBOptions options = DBOptions.getDBOptionsFromProps(byName);
        options.setCreateIfMissing(true);
        options.setCreateMissingColumnFamilies(true);
        options.setMaxBackgroundJobs(2);
        options.setMaxTotalWalSize(256L << 20);
        options.setKeepLogFileNum(5);
        // The default, PointInTime, drops synchronised records behind a damaged one without a word.
        options.setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords);
        StorageOptionsFactory.registerRocksDBOptions(RocksDBLogStorage.class, options);
        ColumnFamilyOptions family = StorageOptionsFactory.getDefaultRocksDBColumnFamilyOptions();
        family.setCompressionType(CompressionType.LZ4_COMPRESSION);
        StorageOptionsFactory.registerRocksDBColumnFamilyOptions(RocksDBLogStorage.class, family);
        registered = true;
    }
}
