package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.storage.Cursor;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads history back: for watchers that start in the past, or that were too slow to be told as it happened. */
final class ChangeReader {
    private final Reader reader;
    private final Revisions revisions;

    ChangeReader(Reader reader, Revisions revisions) {
        this.reader = reader;
        this.revisions = revisions;
    }

    /**
     * @param from first revision to read, at least 1
     * @param wanted asked for each key; the others are walked over at little cost
     * @throws KvException.Rejected COMPACTED
     */
    ChangeChunk read(long from, ChangeChunk.Limit limit, Predicate<ByteString> wanted) {
        if (from < revisions.compact()) {
            throw new KvException.Rejected(KvError.COMPACTED);
        }
        List<KeyChange> found = new ArrayList<>();
        long last = from - 1;
        long bytes = 0;
        int seen = 0;
        try (Cursor rows =
                reader.cursor(Family.CHANGES, Change.firstKeyOf(from), Change.firstKeyOf(revisions.current() + 1))) {
            for (; rows.valid(); rows.next()) {
                Change change = Change.decode(rows.key(), rows.value());
                if (change.revision() > last) {
                    if (seen >= limit.changes() || bytes >= limit.bytes()) {
                        return new ChangeChunk(last, found);
                    }
                    last = change.revision();
                }
                seen++;
                ByteString key = UnsafeByteOperations.unsafeWrap(change.userKey());
                if (wanted.test(key)) {
                    KeyChange whole = whole(change, key);
                    bytes += whole.sizeBytes();
                    found.add(whole);
                }
            }
        }
        return new ChangeChunk(Math.max(from - 1, revisions.current()), found);
    }

    private KeyChange whole(Change change, ByteString key) {
        StoredKeyValue previous = previousOf(change);
        if (change.deletion()) {
            return new KeyChange(change.revision(), key, null, previous);
        }
        byte[] encoded = at(change.userKey(), change.revision());
        if (encoded == null) {
            throw new IllegalStateException(
                    "revision " + change.revision() + " changed a key of which it has no version");
        }
        return new KeyChange(change.revision(), key, StoredKeyValue.of(encoded).message(), previous);
    }

    /** As a read one revision earlier would find it: not if that is compacted, whether it is still on disk or not. */
    private @Nullable StoredKeyValue previousOf(Change change) {
        if (change.previousModRevision() == 0 || change.revision() - 1 < revisions.compact()) {
            return null;
        }
        byte[] encoded = at(change.userKey(), change.previousModRevision());
        return encoded == null ? null : StoredKeyValue.of(encoded);
    }

    private byte @Nullable [] at(byte[] key, long modRevision) {
        byte[] old = reader.get(Family.VERSIONS, VersionKey.of(key, modRevision));
        if (old != null) {
            return old;
        }
        byte[] newest = reader.get(Family.CURRENT, key);
        return newest != null && StoredKeyValue.of(newest).modRevision() == modRevision ? newest : null;
    }
}
