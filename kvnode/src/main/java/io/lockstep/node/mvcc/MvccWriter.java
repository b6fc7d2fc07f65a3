package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.node.storage.Family;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes keys. All changes of one command share one revision, the current one plus 1 (invariant I2), and become visible
 * to the next command when this one is kept. Apply thread only.
 */
public final class MvccWriter {
    private final ApplyBatch batch;
    private final long maxCommandChangeBytes;
    private Revisions revisions;
    /** Keys that the command under way changed: none may change twice, or a revision would name two versions of it. */
    private final Set<byte[]> changedKeys = new TreeSet<>(Arrays::compareUnsigned);

    /** Of the command under way, and of those that were kept since the last {@link #takeChanges}. */
    private final List<KeyChange> commandChanges = new ArrayList<>();

    private List<KeyChange> keptChanges = new ArrayList<>();

    public MvccWriter(ApplyBatch batch, Revisions revisions, long maxCommandChangeBytes) {
        this.batch = batch;
        this.revisions = revisions;
        this.maxCommandChangeBytes = maxCommandChangeBytes;
    }

    /** As of the last kept command. */
    public Revisions revisions() {
        return revisions;
    }

    /** As the command under way sees them: with its own revision once it has changed something. */
    public Revisions revisionsWithin() {
        return changedKeys.isEmpty() ? revisions : new Revisions(nextRevision(), revisions.compact());
    }

    private long nextRevision() {
        return revisions.current() + 1;
    }

    public @Nullable StoredKeyValue newest(ByteString key) {
        byte[] encoded = batch.get(Family.CURRENT, key.toByteArray());
        return encoded == null ? null : StoredKeyValue.of(encoded);
    }

    /** Decides a transaction's comparisons on the state before it. */
    public TxnPlan plan(TxnRequest txn) {
        return TxnPlan.of(txn, batch);
    }

    /** Executes ranges on the state as the command under way sees it. */
    public RangeExecutor ranges() {
        return new RangeExecutor(batch, revisionsWithin());
    }

    /**
     * @param old what {@link #newest} gave for the key
     * @return bytes of the pair as it is stored
     * @throws KvException.Rejected the command must then be dropped
     */
    public int put(ByteString key, ByteString value, long lease, @Nullable StoredKeyValue old) {
        byte[] userKey = key.toByteArray();
        noteChange(userKey);
        KeyValue kv = KeyValue.newBuilder()
                .setKey(key)
                .setValue(value)
                .setLease(lease)
                .setModRevision(nextRevision())
                .setCreateRevision(old == null ? nextRevision() : old.createRevision())
                .setVersion(old == null ? 1 : old.version() + 1)
                .build();
        if (old != null) {
            batch.put(Family.VERSIONS, VersionKey.of(userKey, old.modRevision()), old.encoded());
        }
        byte[] encoded = kv.toByteArray();
        batch.put(Family.CURRENT, userKey, encoded);
        recordChange(userKey, false, old == null ? 0 : old.modRevision());
        commandChanges.add(new KeyChange(nextRevision(), key, kv, old));
        return encoded.length;
    }

    /**
     * Deletes the keys of a range.
     *
     * @return what was there, in key order
     * @throws KvException.Rejected the command must then be dropped
     */
    public List<StoredKeyValue> delete(KeyRange range) {
        List<StoredKeyValue> doomed = newestOf(range);
        for (StoredKeyValue old : doomed) {
            byte[] userKey = old.key();
            noteChange(userKey);
            batch.put(Family.VERSIONS, VersionKey.of(userKey, old.modRevision()), old.encoded());
            batch.put(Family.VERSIONS, VersionKey.of(userKey, nextRevision()), Tombstone.VALUE);
            batch.delete(Family.CURRENT, userKey);
            recordChange(userKey, true, old.modRevision());
            commandChanges.add(new KeyChange(nextRevision(), UnsafeByteOperations.unsafeWrap(userKey), null, old));
        }
        return doomed;
    }

    private List<StoredKeyValue> newestOf(KeyRange range) {
        if (range.single()) {
            byte[] encoded = batch.get(Family.CURRENT, range.start());
            return encoded == null ? List.of() : List.of(StoredKeyValue.of(encoded));
        }
        List<StoredKeyValue> found = new ArrayList<>();
        if (range.isEmpty()) {
            return found;
        }
        long bytes = 0;
        try (NewestScan scan = new NewestScan(batch, range)) {
            while (scan.advance()) {
                StoredKeyValue kv = StoredKeyValue.of(scan.encoded());
                bytes += kv.encoded().length;
                requireWithinBound(bytes);
                found.add(kv);
            }
        }
        return found;
    }

    private void noteChange(byte[] userKey) {
        if (!changedKeys.add(userKey)) {
            throw new KvException.Rejected(KvError.DUPLICATE_KEY);
        }
    }

    private void recordChange(byte[] userKey, boolean deletion, long previousModRevision) {
        Change change = new Change(nextRevision(), changedKeys.size() - 1, deletion, userKey, previousModRevision);
        batch.put(Family.CHANGES, change.rowKey(), change.rowValue());
        requireWithinBound(batch.commandBytes());
    }

    private void requireWithinBound(long bytes) {
        if (bytes > maxCommandChangeBytes) {
            throw new KvException.Rejected(KvError.COMMAND_CHANGES_TOO_MUCH);
        }
    }

    /**
     * Lets go of what was superseded before the revision: at once for every reader, on disk later, by {@link Compactor}.
     */
    public void compact(long revision) {
        if (revision <= revisions.compact()) {
            throw new KvException.Rejected(KvError.COMPACTED);
        }
        if (revision > revisions.current()) {
            throw new KvException.Rejected(KvError.FUTURE_REVISION);
        }
        revisions = new Revisions(revisions.current(), revision);
    }

    /** The command under way stands. */
    public void keepCommand() {
        revisions = revisionsWithin();
        changedKeys.clear();
        keptChanges.addAll(commandChanges);
        commandChanges.clear();
        batch.keepCommand();
    }

    /** The command under way was refused: nothing of it happened. */
    public void dropCommand() {
        changedKeys.clear();
        commandChanges.clear();
        batch.dropCommand();
    }

    /** What was kept since the last call, in order. The caller's from now on. */
    public List<KeyChange> takeChanges() {
        List<KeyChange> taken = keptChanges;
        keptChanges = new ArrayList<>();
        return taken;
    }
}
