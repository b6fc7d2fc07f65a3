package io.lockstep.node.mvcc;

import io.lockstep.node.storage.Cursor;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Reader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A hash over everything that a reader could still see at revisions from the compact one to R: for each key, in order,
 * its versions in that span and the newest one before it. What compaction has yet to remove from this member's disk, or
 * already has, makes no difference.
 */
final class KvHash {
    private static final int KEYS_PER_CHECK = 1024;
    private static final byte[] FIRST_KEY = new byte[0];

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer head = ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES);
    private final long compactRevision;
    private final long revision;
    private boolean oldestSeen;

    private KvHash(long compactRevision, long revision) {
        this.compactRevision = compactRevision;
        this.revision = revision;
    }

    static int of(Reader reader, long compactRevision, long revision, Runnable stillAllowed) {
        KvHash hash = new KvHash(compactRevision, revision);
        try (Cursor current = reader.cursor(Family.CURRENT, FIRST_KEY, null);
                Cursor versions = reader.cursor(Family.VERSIONS, FIRST_KEY, null)) {
            hash.walk(current, versions, stillAllowed);
        }
        return (int) hash.crc.getValue();
    }

    private void walk(Cursor current, Cursor versions, Runnable stillAllowed) {
        long keys = 0;
        while (current.valid() || versions.valid()) {
            byte[] versionsKey = versions.valid() ? VersionKey.userKeyOf(versions.key()) : null;
            byte[] key = current.valid() ? current.key() : versionsKey;
            if (key == null || (versionsKey != null && Arrays.compareUnsigned(versionsKey, key) < 0)) {
                key = versionsKey;
            }
            oldestSeen = false;
            if (current.valid() && Arrays.equals(current.key(), key)) {
                byte[] value = current.value();
                offer(current.key(), StoredKeyValue.of(value).modRevision(), value);
                current.next();
            }
            while (versions.valid() && Arrays.equals(VersionKey.userKeyOf(versions.key()), key)) {
                byte[] row = versions.key();
                offer(VersionKey.userKeyOf(row), VersionKey.revisionOf(row), versions.value());
                versions.next();
            }
            if (++keys % KEYS_PER_CHECK == 0) {
                stillAllowed.run();
            }
        }
    }

    /** Versions of one key come newest first. */
    private void offer(byte[] key, long modRevision, byte[] value) {
        if (modRevision > revision || oldestSeen) {
            return;
        }
        oldestSeen = modRevision <= compactRevision;
        boolean tombstone = Tombstone.is(value);
        if (tombstone && modRevision < compactRevision) {
            return;
        }
        byte[] content = tombstone ? key : value;
        head.clear();
        head.put((byte) (tombstone ? 1 : 0)).putLong(modRevision).putInt(content.length);
        crc.update(head.array());
        crc.update(content);
    }
}
