package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import io.lockstep.api.mvcc.KeyValue;
import org.jspecify.annotations.Nullable;

/**
 * What happened to one key at a revision, as watchers are told of it.
 *
 * @param put the new version; null: the key was deleted
 * @param previous what that replaced; null: nothing was there, or it is compacted
 */
public record KeyChange(
        long revision,
        ByteString key,
        @Nullable KeyValue put,
        @Nullable StoredKeyValue previous) {
    private static final int OVERHEAD_BYTES = 128;

    /** About what it holds in memory. */
    public long sizeBytes() {
        return OVERHEAD_BYTES
                + key.size()
                + (put == null ? 0 : put.getValue().size() + key.size())
                + (previous == null ? 0 : previous.encoded().length);
    }
}
