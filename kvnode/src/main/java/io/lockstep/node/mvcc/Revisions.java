package io.lockstep.node.mvcc;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;

/**
 * Where a store stands.
 *
 * @param current the newest revision; 1 in a new store
 * @param compact reads below are refused; -1 before the first compaction, as in etcd
 */
public record Revisions(long current, long compact) {
    public static final Revisions NEW_STORE = new Revisions(1, -1);

    /** The revision that a request means: 0 and less is the newest. */
    long resolve(long requested) {
        if (requested > current) {
            throw new KvException.Rejected(KvError.FUTURE_REVISION);
        }
        long revision = requested <= 0 ? current : requested;
        if (revision < compact) {
            throw new KvException.Rejected(KvError.COMPACTED);
        }
        return revision;
    }
}
