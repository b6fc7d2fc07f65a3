package io.lockstep.node.mvcc;

import io.lockstep.node.storage.Cursor;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Reader;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An older revision R: what is current already was so at R unless it is newer; for the keys that are newer today, or
 * gone today, the old versions are asked. Both families are walked side by side, key by key.
 */
final class HistoricalScan implements KeyValueScan {
    private final long revision;
    private final Cursor current;
    private final Cursor versions;
    private byte[] found = new byte[0];

    HistoricalScan(Reader reader, KeyRange range, long revision) {
        this.revision = revision;
        this.current = reader.cursor(Family.CURRENT, range.start(), range.end());
        byte[] end = range.end() == null ? null : VersionKey.first(range.end());
        this.versions = reader.cursor(Family.VERSIONS, VersionKey.first(range.start()), end);
    }

    @Override
    public boolean advance() {
        while (current.valid() || versions.valid()) {
            byte[] key = smallerKey();
            byte[] value = null;
            if (current.valid() && Arrays.equals(current.key(), key)) {
                byte[] newest = current.value();
                value = StoredKeyValue.of(newest).modRevision() <= revision ? newest : null;
                current.next();
            }
            if (value == null) {
                value = versionAt(key);
            }
            skipVersionsOf(key);
            if (value != null) {
                found = value;
                return true;
            }
        }
        return false;
    }

    private byte[] smallerKey() {
        if (!versions.valid()) {
            return current.key();
        }
        byte[] versionsKey = VersionKey.userKeyOf(versions.key());
        if (!current.valid()) {
            return versionsKey;
        }
        byte[] currentKey = current.key();
        return Arrays.compareUnsigned(currentKey, versionsKey) <= 0 ? currentKey : versionsKey;
    }

    private byte @Nullable [] versionAt(byte[] key) {
        if (!versions.valid() || !Arrays.equals(VersionKey.userKeyOf(versions.key()), key)) {
            return null;
        }
        versions.seek(VersionKey.of(key, revision));
        return valueAtCursor(versions, key);
    }

    /** The version that the cursor stands on if it is one of the key and no tombstone. */
    private static byte @Nullable [] valueAtCursor(Cursor versions, byte[] key) {
        if (!versions.valid() || !Arrays.equals(VersionKey.userKeyOf(versions.key()), key)) {
            return null;
        }
        byte[] value = versions.value();
        return Tombstone.is(value) ? null : value;
    }

    private void skipVersionsOf(byte[] key) {
        if (versions.valid() && Arrays.equals(VersionKey.userKeyOf(versions.key()), key)) {
            versions.seek(VersionKey.after(key));
        }
    }

    @Override
    public byte[] encoded() {
        return found;
    }

    /** One key at the revision, or null if it was absent then. */
    static byte @Nullable [] read(Reader reader, byte[] key, long revision) {
        byte[] newest = reader.get(Family.CURRENT, key);
        if (newest != null && StoredKeyValue.of(newest).modRevision() <= revision) {
            return newest;
        }
        try (Cursor versions = reader.cursor(Family.VERSIONS, VersionKey.of(key, revision), VersionKey.after(key))) {
            return valueAtCursor(versions, key);
        }
    }

    @Override
    public void close() {
        current.close();
        versions.close();
    }
}
