package io.lockstep.bench.load;

import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.TxnRequest;

/** One request of a load, ready to be sent. */
sealed interface Operation {
    record Put(PutRequest request) implements Operation {}

    record Range(RangeRequest request) implements Operation {}

    /** A compare-and-set of the key of this number. */
    record Cas(TxnRequest request, int key) implements Operation {}
}
