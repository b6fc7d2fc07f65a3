package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.lockstep.api.Ack;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ReadOnlyTxn;

/**
 * What can be refused by looking at a request alone, in etcd's order: of several faults the client hears of the same
 * one. Pure.
 */
final class RequestChecks {
    private final RpcLimits limits;

    RequestChecks(RpcLimits limits) {
        this.limits = limits;
    }

    void range(RangeRequest request) {
        keyGiven(request.getKey());
        refuseIf(request.getMinRevision() < 0, KvError.MIN_REVISION_NEGATIVE);
        // An etcd 3.5 falls over where it is asked to sort by a target that it does not know; later ones refuse.
        RangeRequest.SortOrder order = request.getSortOrder();
        boolean sorts = order == RangeRequest.SortOrder.ASCEND || order == RangeRequest.SortOrder.DESCEND;
        refuseIf(sorts && request.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED, KvError.INVALID_SORT_OPTION);
    }

    void put(PutRequest request) {
        keyGiven(request.getKey());
        refuseIf(request.getIgnoreValue() && !request.getValue().isEmpty(), KvError.VALUE_PROVIDED);
        refuseIf(request.getIgnoreLease() && request.getLease() != 0, KvError.LEASE_PROVIDED);
    }

    void deleteRange(DeleteRangeRequest request) {
        keyGiven(request.getKey());
    }

    void txn(TxnRequest request) {
        txnShape(request, limits.maxTxnOps());
        TxnChanges.check(request.getSuccessList());
        TxnChanges.check(request.getFailureList());
        refuseIf(request.getMinRevision() < 0, KvError.MIN_REVISION_NEGATIVE);
        boolean bounded = request.hasMaxStalenessMillis() || request.getMinRevision() > 0;
        refuseIf(bounded && !ReadOnlyTxn.is(request), KvError.BOUND_ON_WRITE);
    }

    /** What holds for all writes, once the rest is right. */
    void size(MessageLite request) {
        refuseIf(request.getSerializedSize() > limits.maxRequestBytes(), KvError.REQUEST_TOO_LARGE);
    }

    /**
     * How a write is to be acknowledged. A write that has something to answer can't be answered when it is only accepted;
     * beside the request, where a client sets it for all its writes alike, that means a quorum.
     *
     * @param answers whether the caller wants to know what the write found
     */
    Ack ack(Ack asked, boolean answers, CallDial beside) {
        refuseIf(asked == Ack.UNRECOGNIZED, KvError.ACK_UNKNOWN);
        refuseIf(asked == Ack.ACK_ACCEPTED && answers, KvError.ACCEPTED_HAS_NO_ANSWER);
        Ack ack = asked != Ack.ACK_UNSET ? asked : beside.ack();
        if (ack == Ack.ACK_ACCEPTED && answers) {
            return Ack.ACK_QUORUM;
        }
        refuseIf(ack == Ack.ACK_ACCEPTED && beside.minRevision() > 0, KvError.ACCEPTED_IN_SESSION);
        return ack;
    }

    /** Nested transactions get what their parent leaves of the operations. */
    private void txnShape(TxnRequest request, int maxOps) {
        int ops = Math.max(request.getCompareCount(), Math.max(request.getSuccessCount(), request.getFailureCount()));
        refuseIf(ops > maxOps, KvError.TOO_MANY_OPS);
        for (Compare compare : request.getCompareList()) {
            keyGiven(compare.getKey());
        }
        for (RequestOp op : request.getSuccessList()) {
            step(op, maxOps - ops);
        }
        for (RequestOp op : request.getFailureList()) {
            step(op, maxOps - ops);
        }
    }

    private void step(RequestOp op, int maxNestedOps) {
        switch (op.getRequestCase()) {
            case REQUEST_RANGE -> {
                RangeRequest range = op.getRequestRange();
                range(range);
                refuseIf(range.hasMaxStalenessMillis() || range.getMinRevision() > 0, KvError.BOUND_IN_TXN);
            }
            case REQUEST_PUT -> put(op.getRequestPut());
            case REQUEST_DELETE_RANGE -> deleteRange(op.getRequestDeleteRange());
            case REQUEST_TXN -> txnShape(op.getRequestTxn(), maxNestedOps);
            // The text is odd for a step that says nothing, but it is etcd's.
            case REQUEST_NOT_SET -> throw new KvException.Rejected(KvError.KEY_NOT_FOUND);
        }
    }

    private static void keyGiven(ByteString key) {
        refuseIf(key.isEmpty(), KvError.KEY_NOT_PROVIDED);
    }

    private static void refuseIf(boolean wrong, KvError error) {
        if (wrong) {
            throw new KvException.Rejected(error);
        }
    }
}
