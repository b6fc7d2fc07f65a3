package io.lockstep.node.raft.log;

import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.conf.ConfigurationManager;
import com.alipay.sofa.jraft.entity.EnumOutter.EntryType;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.option.LogStorageOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import io.lockstep.node.raft.RaftMetrics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JRaft's RocksDB log, with the promises that JRaft does not keep by itself.
 *
 * <ul>
 *   <li>Every append is the next index. A rejected task inside JRaft can make it skip an entry on its way to the disk
 *       and go on with the next one (JRaft #1271): then entries would be committed that this disk does not hold. The
 *       append is refused, which ends the node.
 *   <li>A configuration entry that is not in the log itself is dropped on load: a crash inside a suffix truncation
 *       leaves it in its own column family.
 *   <li>A prefix is truncated late, so that a reader which checked its bounds a moment ago still finds its entry; JRaft
 *       takes a missing one for corruption.
 *   <li>The log does not end below {@link LogMark}.
 *   <li>{@link #awaitDurable}: an entry may be committed by other members before it is durable here. Applying it would
 *       let the state get ahead of the log, which looks like a lost log after a crash.
 * </ul>
 */
public final class GuardedLogStorage implements LogStorage {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedLogStorage.class);

    private static final long SIZE_SAMPLES = 64;

    private final RocksDBLogStorage log;
    private final LogMark mark;
    private final long truncationLag;
    private final RaftMetrics metrics;
    private final Consumer<String> onBroken;
    private final ConfigurationManager loadedConfigurations = new ConfigurationManager();
    // Written and read by the thread that starts JRaft.
    private List<ConfigurationEntry> loggedConfigurations = List.of();
    private final Object durableLock = new Object();
    // JRaft's log thread writes; the apply thread reads and waits on durableLock, admission of writes reads.
    private volatile long durableIndex;
    private volatile boolean broken;
    private boolean closed;

    private GuardedLogStorage(
            Path directory,
            RaftOptions options,
            LogMark mark,
            long truncationLag,
            RaftMetrics metrics,
            Consumer<String> onBroken) {
        this.log = new RocksDBLogStorage(directory.toString(), options);
        this.mark = mark;
        this.truncationLag = truncationLag;
        this.metrics = metrics;
        this.onBroken = onBroken;
    }

    /** Opens the log before JRaft exists, so that a start can still be refused. */
    public static GuardedLogStorage open(
            Path directory,
            String groupId,
            RaftOptions options,
            long truncationLag,
            RaftMetrics metrics,
            Consumer<String> onBroken)
            throws LogRefusedException, IOException {
        LogStorageSettings.register();
        LogMark mark = LogMark.open(directory.resolveSibling("log.mark"));
        GuardedLogStorage guard = new GuardedLogStorage(directory, options, mark, truncationLag, metrics, onBroken);
        LogStorageOptions storageOptions = new LogStorageOptions();
        storageOptions.setGroupId(groupId);
        storageOptions.setConfigurationManager(guard.loadedConfigurations);
        storageOptions.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
        if (!guard.log.init(storageOptions)) {
            throw new LogRefusedException("the Raft log in " + directory
                    + " can't be opened: it is damaged or in use (the lines above say why). " + StartChecks.RESTORE);
        }
        guard.durableIndex = Math.max(guard.log.getLastLogIndex(), guard.log.getFirstLogIndex() - 1);
        return guard;
    }

    /** The highest index ever marked as durable. */
    long markedIndex() {
        return mark.index();
    }

    /** The last entry that is durable. Any thread, without locks. */
    public long durableIndex() {
        return durableIndex;
    }

    /** Whether the log holds any entry. */
    boolean isEmpty() {
        return log.getLastLogIndex() == 0;
    }

    /**
     * What a snapshot of exactly this entry would say of it. Empty if the newest snapshot is no older, or the entry is not
     * in the log. Within JRaft's start, once it has the log.
     */
    public Optional<SnapshotMeta> metaOf(long index, @Nullable SnapshotMeta newest) {
        LogEntry entry = index < log.getFirstLogIndex() ? null : log.getEntry(index);
        if (entry == null || (newest != null && newest.getLastIncludedIndex() >= index)) {
            return Optional.empty();
        }
        ConfigurationEntry members = null;
        for (ConfigurationEntry logged : loggedConfigurations) {
            members = logged.getId().getIndex() <= index ? logged : members;
        }
        SnapshotMeta.Builder meta = SnapshotMeta.newBuilder();
        if (members != null) {
            members.getConf().forEach(peer -> meta.addPeers(peer.toString()));
            members.getConf().getLearners().forEach(peer -> meta.addLearners(peer.toString()));
            members.getOldConf().forEach(peer -> meta.addOldPeers(peer.toString()));
            members.getOldConf().getLearners().forEach(peer -> meta.addOldLearners(peer.toString()));
        } else if (newest != null) {
            // No change since: its configuration entry is behind the cut.
            meta.mergeFrom(newest);
        } else {
            return Optional.empty();
        }
        return Optional.of(meta.setLastIncludedIndex(index)
                .setLastIncludedTerm(entry.getId().getTerm())
                .build());
    }

    /** About how many bytes the entries after the first up to the last take: a few are looked at. */
    public long estimateBytes(long after, long last) {
        long count = last - after;
        if (count <= 0) {
            return 0;
        }
        long samples = Math.min(count, SIZE_SAMPLES);
        long bytes = 0;
        for (long sample = 1; sample <= samples; sample++) {
            LogEntry entry = log.getEntry(after + count * sample / samples);
            bytes += entry == null || entry.getData() == null
                    ? 0
                    : entry.getData().remaining();
        }
        return bytes * count / samples;
    }

    // ---- what JRaft calls ----

    @Override
    public boolean init(LogStorageOptions options) {
        ConfigurationManager manager = options.getConfigurationManager();
        loggedConfigurations = collectConfigurations();
        loggedConfigurations.forEach(manager::add);
        return true;
    }

    private List<ConfigurationEntry> collectConfigurations() {
        long last = getLastLogIndex();
        loadedConfigurations.truncateSuffix(last);
        // The manager gives its entries from the end only.
        List<ConfigurationEntry> kept = new ArrayList<>();
        while (loadedConfigurations.getLastConfiguration().getId().getIndex() > 0) {
            ConfigurationEntry entry = loadedConfigurations.getLastConfiguration();
            loadedConfigurations.truncateSuffix(entry.getId().getIndex() - 1);
            if (isInLog(entry)) {
                kept.add(0, entry);
            } else {
                LOG.warn("configuration entry {} is not part of the log any more: dropped", entry.getId());
            }
        }
        return kept;
    }

    private boolean isInLog(ConfigurationEntry entry) {
        long index = entry.getId().getIndex();
        if (index < log.getFirstLogIndex()) {
            return false;
        }
        LogEntry stored = log.getEntry(index);
        return stored != null
                && stored.getType() == EntryType.ENTRY_TYPE_CONFIGURATION
                && stored.getId().getTerm() == entry.getId().getTerm();
    }

    @Override
    public long getFirstLogIndex() {
        return log.getFirstLogIndex();
    }

    @Override
    public long getLastLogIndex() {
        return log.getLastLogIndex();
    }

    @Override
    public @Nullable LogEntry getEntry(long index) {
        return log.getEntry(index);
    }

    @Override
    @Deprecated
    public long getTerm(long index) {
        LogEntry entry = log.getEntry(index);
        return entry == null ? 0 : entry.getId().getTerm();
    }

    @Override
    public boolean appendEntry(LogEntry entry) {
        return appendEntries(List.of(entry)) == 1;
    }

    @Override
    public int appendEntries(List<LogEntry> entries) {
        if (broken) {
            return 0;
        }
        long next = durableIndex + 1;
        for (LogEntry entry : entries) {
            if (entry.getId().getIndex() != next) {
                fail("the log was to be continued with entry " + entry.getId().getIndex() + ", but " + next
                        + " comes next: an entry got lost on its way to the disk");
                return 0;
            }
            next++;
        }
        long startNanos = System.nanoTime();
        int written = log.appendEntries(entries);
        if (written != entries.size()) {
            fail("the log can't be written: is the disk full or broken? The lines above say more");
            return written;
        }
        metrics.logWrite(System.nanoTime() - startNanos, written);
        mark.raise(next - 1);
        setDurable(next - 1);
        return written;
    }

    @Override
    public boolean truncatePrefix(long firstIndexKept) {
        if (firstIndexKept > durableIndex + 1) {
            // A snapshot that was installed reaches beyond the log: nothing of it is kept.
            boolean done = log.truncatePrefix(firstIndexKept);
            setDurable(firstIndexKept - 1);
            return done;
        }
        long kept = firstIndexKept - truncationLag;
        return kept <= log.getFirstLogIndex() || log.truncatePrefix(kept);
    }

    @Override
    public boolean truncateSuffix(long lastIndexKept) {
        mark.lower(lastIndexKept);
        setDurable(lastIndexKept);
        return log.truncateSuffix(lastIndexKept);
    }

    @Override
    public boolean reset(long nextLogIndex) {
        mark.lower(0);
        // JRaft leaves an entry at the next index, a placeholder of term 0 or one of the old log. After a crash it
        // would
        // pass for the last entry and make this member grant its vote to a candidate that lacks committed entries.
        boolean done = log.reset(nextLogIndex) && log.truncateSuffix(nextLogIndex - 1);
        setDurable(nextLogIndex - 1);
        return done;
    }

    @Override
    public void shutdown() {
        synchronized (durableLock) {
            if (closed) {
                return;
            }
            closed = true;
            durableLock.notifyAll();
        }
        log.shutdown();
        mark.close();
    }

    // ---- what the apply thread calls ----

    /** Waits until the entry is durable here; false when that will not happen, because the log failed or closed. */
    public boolean awaitDurable(long index) throws InterruptedException {
        if (index <= durableIndex) {
            return true;
        }
        synchronized (durableLock) {
            while (index > durableIndex && !broken && !closed) {
                durableLock.wait();
            }
            return index <= durableIndex;
        }
    }

    private void setDurable(long index) {
        synchronized (durableLock) {
            durableIndex = index;
            durableLock.notifyAll();
        }
    }

    private void fail(String what) {
        synchronized (durableLock) {
            broken = true;
            durableLock.notifyAll();
        }
        onBroken.accept(what);
    }
}
