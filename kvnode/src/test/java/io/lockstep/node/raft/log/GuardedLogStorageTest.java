package io.lockstep.node.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import io.lockstep.node.raft.RaftMetrics;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardedLogStorageTest {
    private static final long LAG = 5;

    @TempDir
    Path directory;

    private final List<String> broken = new ArrayList<>();
    private GuardedLogStorage log;

    @BeforeEach
    void open() throws Exception {
        Files.createDirectories(directory.resolve("log"));
        log = GuardedLogStorage.open(
                directory.resolve("log"), "g", new RaftOptions(), LAG, RaftMetrics.NONE, broken::add);
    }

    @AfterEach
    void close() {
        log.shutdown();
    }

    private void reopen() throws Exception {
        log.shutdown();
        open();
    }

    @Test
    void append_thatSkipsAnIndex_isRefusedAndStopsTheLog() {
        assertThat(log.appendEntries(List.of(entry(1, 1), entry(2, 1)))).isEqualTo(2);
        assertThat(log.appendEntries(List.of(entry(4, 1)))).isZero();
        assertThat(broken).singleElement().asString().contains("entry 4", "3 comes next");
        // Even the right one: what was lost may have been acknowledged by now.
        assertThat(log.appendEntries(List.of(entry(3, 1)))).isZero();
        assertThat(log.getLastLogIndex()).isEqualTo(2);
    }

    @Test
    void append_withAHoleInside_isRefusedWhole() {
        assertThat(log.appendEntries(List.of(entry(1, 1), entry(3, 1)))).isZero();
        assertThat(log.getLastLogIndex()).isZero();
        assertThat(broken).hasSize(1);
    }

    @Test
    void append_continuesAfterSuffixTruncationAndReset() {
        append(1, 10);
        log.truncateSuffix(6);
        assertThat(log.appendEntries(List.of(entry(7, 2)))).isEqualTo(1);
        log.reset(100);
        assertThat(log.appendEntries(List.of(entry(100, 3)))).isEqualTo(1);
        assertThat(broken).isEmpty();
    }

    @Test
    void reset_leavesNoPlaceholderThatCouldPassForAnEntry() throws Exception {
        append(1, 10);
        log.reset(8);
        reopen();
        assertThat(log.isEmpty()).isTrue();
    }

    @Test
    void truncatePrefix_lagsBehindWhatCouldBeCut() {
        append(1, 30);
        log.truncatePrefix(21);
        assertThat(log.getFirstLogIndex()).isEqualTo(16);
        assertThat(log.getEntry(16)).isNotNull();
    }

    @Test
    void truncatePrefix_beyondTheLog_dropsItAndExpectsTheNextAfterTheSnapshot() throws Exception {
        append(1, 10);
        log.truncatePrefix(51);
        assertThat(log.appendEntries(List.of(entry(51, 2)))).isEqualTo(1);
        reopen();
        assertThat(log.getFirstLogIndex()).isEqualTo(51);
        assertThat(log.getLastLogIndex()).isEqualTo(51);
    }

    @Test
    void configurationEntry_thatIsNotInTheLogAnyMore_isDroppedOnLoad() throws Exception {
        append(1, 3);
        log.appendEntries(List.of(configuration(4, 1)));
        log.shutdown();
        forgetInEntriesOnly(4);
        open();
        log.appendEntries(List.of(entry(4, 2), entry(5, 2)));
        reopen();
        ConfigurationManager manager = new ConfigurationManager();
        LogStorageOptions options = new LogStorageOptions();
        options.setConfigurationManager(manager);
        options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
        assertThat(log.init(options)).isTrue();
        assertThat(manager.getLastConfiguration().getId().getIndex()).isZero();
    }

    /** What a crash between the two deletions of a suffix truncation leaves behind. */
    private void forgetInEntriesOnly(long index) throws Exception {
        List<org.rocksdb.ColumnFamilyHandle> handles = new ArrayList<>();
        try (org.rocksdb.DBOptions options = new org.rocksdb.DBOptions();
                org.rocksdb.ColumnFamilyOptions family = new org.rocksdb.ColumnFamilyOptions()
                        .setMergeOperator(new org.rocksdb.StringAppendOperator())
                        .useFixedLengthPrefixExtractor(8);
                org.rocksdb.RocksDB db = org.rocksdb.RocksDB.open(
                        options,
                        directory.resolve("log").toString(),
                        List.of(
                                new org.rocksdb.ColumnFamilyDescriptor("Configuration".getBytes(), family),
                                new org.rocksdb.ColumnFamilyDescriptor(
                                        org.rocksdb.RocksDB.DEFAULT_COLUMN_FAMILY, family)),
                        handles)) {
            db.delete(handles.get(1), ByteBuffer.allocate(8).putLong(index).array());
            handles.forEach(org.rocksdb.ColumnFamilyHandle::close);
        }
    }

    @Test
    void awaitDurable_returnsOnceTheEntryIsWritten() throws Exception {
        append(1, 3);
        assertThat(log.awaitDurable(3)).isTrue();
        CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return log.awaitDurable(4);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(waiting).isNotDone();
        append(4, 4);
        assertThat(waiting.get(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void awaitDurable_ofALogThatFails_returnsFalse() throws Exception {
        log.appendEntries(List.of(entry(9, 1)));
        assertThat(log.awaitDurable(1)).isFalse();
    }

    @Test
    void mark_followsTheLogBothWays() {
        append(1, 10);
        assertThat(log.markedIndex()).isEqualTo(10);
        log.truncateSuffix(4);
        assertThat(log.markedIndex()).isEqualTo(4);
    }

    @Test
    void logOfJRaftItself_isReadAsItIs() throws Exception {
        append(1, 3);
        log.shutdown();
        RocksDBLogStorage plain = new RocksDBLogStorage(directory.resolve("log").toString(), new RaftOptions());
        LogStorageOptions options = new LogStorageOptions();
        options.setConfigurationManager(new ConfigurationManager());
        options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
        assertThat(plain.init(options)).isTrue();
        assertThat(plain.getLastLogIndex()).isEqualTo(3);
        plain.shutdown();
        open();
    }

    private void append(long from, long to) {
        for (long index = from; index <= to; index++) {
            assertThat(log.appendEntries(List.of(entry(index, 1)))).isEqualTo(1);
        }
    }

    private static LogEntry entry(long index, long term) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_DATA);
        entry.setId(new LogId(index, term));
        entry.setData(ByteBuffer.wrap(("value " + index).getBytes()));
        entry.setChecksum(entry.checksum());
        return entry;
    }

    private static LogEntry configuration(long index, long term) {
        LogEntry entry = new LogEntry(EntryType.ENTRY_TYPE_CONFIGURATION);
        entry.setId(new LogId(index, term));
        entry.setPeers(List.of(new PeerId("localhost", 1), new PeerId("localhost", 2)));
        entry.setChecksum(entry.checksum());
        return entry;
    }
}
