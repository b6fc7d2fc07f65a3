package io.lockstep.node.mvcc;

import io.lockstep.api.RangeRequest;

/** The four inclusive bounds of a range request on revisions; 0 is no bound. */
record RevisionFilter(long minMod, long maxMod, long minCreate, long maxCreate) {
    static RevisionFilter of(RangeRequest request) {
        return new RevisionFilter(
                request.getMinModRevision(),
                request.getMaxModRevision(),
                request.getMinCreateRevision(),
                request.getMaxCreateRevision());
    }

    boolean passesAll() {
        return minMod == 0 && maxMod == 0 && minCreate == 0 && maxCreate == 0;
    }

    boolean passes(StoredKeyValue kv) {
        return within(kv.modRevision(), minMod, maxMod) && within(kv.createRevision(), minCreate, maxCreate);
    }

    private static boolean within(long revision, long min, long max) {
        return (min == 0 || revision >= min) && (max == 0 || revision <= max);
    }
}
