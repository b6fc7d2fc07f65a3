package io.lockstep.node.mvcc;

import io.lockstep.api.PutRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import java.util.List;

/** The room that a write asks for, as the quota counts it: etcd's formula. 0: none, so that it passes when there is none. */
public final class WriteCost {
    /** What a version is charged beside its key and value. */
    private static final int VERSION_OVERHEAD_BYTES = 256;

    public static final long LEASE_BYTES = 64;

    private WriteCost() {}

    public static long of(PutRequest put) {
        return VERSION_OVERHEAD_BYTES + put.getKey().size() + put.getValue().size();
    }

    /** Of the dearer branch: which one is taken is not known before. */
    public static long of(TxnRequest txn) {
        return Math.max(of(txn.getSuccessList()), of(txn.getFailureList()));
    }

    private static long of(List<RequestOp> branch) {
        return branch.stream()
                .mapToLong(op -> op.hasRequestPut() ? of(op.getRequestPut()) : of(op.getRequestTxn()))
                .sum();
    }
}
