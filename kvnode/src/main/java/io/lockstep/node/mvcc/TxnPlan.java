package io.lockstep.node.mvcc;

import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.storage.Reader;
import java.util.ArrayList;
import java.util.List;

/**
 * Which way a transaction goes: all comparisons along the taken path, nested ones too, are decided before any operation,
 * on the state before the transaction.
 *
 * @param ops the operations of the branch taken
 * @param nested the plans of the nested transactions among them, in their order
 */
public record TxnPlan(boolean succeeded, List<RequestOp> ops, List<TxnPlan> nested) {
    public static TxnPlan of(TxnRequest txn, Reader reader) {
        return of(txn, new CompareEvaluator(reader));
    }

    private static TxnPlan of(TxnRequest txn, CompareEvaluator compares) {
        boolean succeeded = compares.allHold(txn.getCompareList());
        List<RequestOp> ops = succeeded ? txn.getSuccessList() : txn.getFailureList();
        List<TxnPlan> nested = new ArrayList<>();
        for (RequestOp op : ops) {
            if (op.hasRequestTxn()) {
                nested.add(of(op.getRequestTxn(), compares));
            }
        }
        return new TxnPlan(succeeded, ops, nested);
    }

    /**
     * Refuses the transaction if a range of the taken path asks for a revision that is not there. Judged before any
     * operation: a range cannot name the revision that its own transaction makes. A negative revision counts as any
     * other number here, as in etcd.
     */
    public void requireReadable(Revisions revisions) {
        int nestedPlan = 0;
        for (RequestOp op : ops) {
            if (op.hasRequestRange()) {
                requireReadable(op.getRequestRange(), revisions);
            } else if (op.hasRequestTxn()) {
                nested.get(nestedPlan++).requireReadable(revisions);
            }
        }
    }

    private static void requireReadable(RangeRequest range, Revisions revisions) {
        long revision = range.getRevision();
        if (revision > revisions.current()) {
            throw new KvException.Rejected(KvError.FUTURE_REVISION);
        }
        if (revision != 0 && revision < revisions.compact()) {
            throw new KvException.Rejected(KvError.COMPACTED);
        }
    }
}
