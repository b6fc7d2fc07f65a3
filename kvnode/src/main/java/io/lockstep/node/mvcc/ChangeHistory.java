package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import java.util.function.Predicate;

/** What happened to keys, as far back as it is not compacted. */
public interface ChangeHistory {
    /** Reads below this revision are refused; at it they still succeed. */
    long compactRevision();

    /**
     * Reads history on from a revision; nothing is found in the future.
     *
     * @param wanted asked for each key that changed
     * @throws io.lockstep.node.error.KvException.Rejected COMPACTED
     */
    ChangeChunk changes(long from, ChangeChunk.Limit limit, Predicate<ByteString> wanted);
}
