package io.lockstep.node.raft.log;

import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import com.alipay.sofa.jraft.util.StorageOptionsFactory;
import io.lockstep.node.storage.RaftLogOptions;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;

/** Hands the log's RocksDB options to JRaft, which keeps one set per JVM: so, once. */
final class LogStorageSettings {
    private static boolean registered;

    private LogStorageSettings() {}

    static synchronized void register() {
        if (registered) {
            return;
        }
        ColumnFamilyOptions family = RaftLogOptions.familyOptions();
        StorageOptionsFactory.registerRocksDBOptions(RocksDBLogStorage.class, RaftLogOptions.dbOptions());
        StorageOptionsFactory.registerRocksDBColumnFamilyOptions(RocksDBLogStorage.class, family);
        // JRaft sets a table format of its own, with a cache of 512 MiB, unless it finds one.
        if (family.tableFormatConfig() instanceof BlockBasedTableConfig table) {
            StorageOptionsFactory.registerRocksDBTableFormatConfig(RocksDBLogStorage.class, table);
        }
        registered = true;
    }
}
