package io.lockstep.bench.load;

import io.lockstep.api.RangeResponse;
import io.lockstep.api.TxnResponse;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The modRevision of each key as a client last saw it, for compare-and-set. All event loops read and write it; a value that is out of date
 * only makes a compare fail, as it does for any client.
 */
final class KnownRevisions {
    private final AtomicLongArray modRevisions;

    KnownRevisions(int keyCount) {
        modRevisions = new AtomicLongArray(keyCount);
    }

    long of(int key) {
        return modRevisions.get(key);
    }

    /** Learns from the answer to a compare-and-set whose else branch reads the key. */
    void learn(int key, TxnResponse response) {
        if (response.getSucceeded()) {
            modRevisions.set(key, response.getHeader().getRevision());
        } else if (response.getResponsesCount() > 0) {
            RangeResponse range = response.getResponses(0).getResponseRange();
            modRevisions.set(key, range.getKvsCount() > 0 ? range.getKvs(0).getModRevision() : 0);
        }
    }
}
