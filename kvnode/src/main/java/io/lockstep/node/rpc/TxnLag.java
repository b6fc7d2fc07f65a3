package io.lockstep.node.rpc;

import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import java.util.List;

/** Whether a transaction that only reads may be answered from state that lags: if each of its ranges may. */
final class TxnLag {
    private TxnLag() {}

    /**
     * One without any range says nothing of the kind, so it is linearizable. (etcd answers it from whatever state the
     * member has, which makes a transaction of comparisons alone a read that may be stale unasked.)
     */
    static boolean allowed(TxnRequest txn) {
        return hasRange(txn) && allSerializable(txn.getSuccessList()) && allSerializable(txn.getFailureList());
    }

    private static boolean hasRange(TxnRequest txn) {
        return hasRange(txn.getSuccessList()) || hasRange(txn.getFailureList());
    }

    private static boolean hasRange(List<RequestOp> ops) {
        return ops.stream().anyMatch(op -> op.hasRequestRange() || hasRange(op.getRequestTxn()));
    }

    private static boolean allSerializable(List<RequestOp> ops) {
        return ops.stream().allMatch(TxnLag::serializable);
    }

    private static boolean serializable(RequestOp op) {
        return op.hasRequestTxn()
                ? allSerializable(op.getRequestTxn().getSuccessList())
                        && allSerializable(op.getRequestTxn().getFailureList())
                : op.getRequestRange().getSerializable();
    }
}
