package io.lockstep.node.watch;

import com.google.protobuf.ByteString;
import io.lockstep.api.mvcc.KeyValue;
import io.lockstep.node.apply.AppliedChanges;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ChangeChunk;
import io.lockstep.node.mvcc.ChangeHistory;
import io.lockstep.node.mvcc.KeyChange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** All that ever happened in a store in memory, and how much of it is compacted. */
final class History implements ChangeHistory {
    final List<KeyChange> changes = new ArrayList<>();
    long revision = 1;
    long compactRevision = -1;

    /** Adds one revision for each list of changes; a key that begins with '-' is deleted. */
    AppliedChanges batch(List<List<String>> revisions) {
        long after = revision;
        List<KeyChange> batch = new ArrayList<>();
        for (List<String> keys : revisions) {
            revision++;
            keys.forEach(key -> batch.add(change(key, revision)));
        }
        changes.addAll(batch);
        return new AppliedChanges(after, revision, batch);
    }

    private static KeyChange change(String key, long revision) {
        if (key.startsWith("-")) {
            return new KeyChange(revision, ByteString.copyFromUtf8(key.substring(1)), null, null);
        }
        ByteString name = ByteString.copyFromUtf8(key);
        KeyValue kv = KeyValue.newBuilder()
                .setKey(name)
                .setModRevision(revision)
                .setVersion(1)
                .setCreateRevision(revision)
                .build();
        return new KeyChange(revision, name, kv, null);
    }

    @Override
    public ChangeChunk changes(long from, ChangeChunk.Limit limit, Predicate<ByteString> wanted) {
        if (from < compactRevision) {
            throw new KvException.Rejected(KvError.COMPACTED);
        }
        List<KeyChange> found = new ArrayList<>();
        long last = from - 1;
        int seen = 0;
        for (KeyChange change : changes) {
            if (change.revision() < from) {
                continue;
            }
            if (change.revision() > last) {
                if (seen >= limit.changes()) {
                    return new ChangeChunk(last, found);
                }
                last = change.revision();
            }
            seen++;
            if (wanted.test(change.key())) {
                found.add(change);
            }
        }
        return new ChangeChunk(Math.max(from - 1, revision), found);
    }

    long revision() {
        return revision;
    }

    @Override
    public long compactRevision() {
        return compactRevision;
    }
}
