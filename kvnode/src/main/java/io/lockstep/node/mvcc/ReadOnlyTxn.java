package io.lockstep.node.mvcc;

import io.lockstep.api.RangeResponse;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.ResponseOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.node.storage.Reader;
import java.util.List;

/** Transactions that can write nothing: they need no place in the log and are executed on a view. */
public final class ReadOnlyTxn {
    private ReadOnlyTxn() {}

    /** Whether neither branch, at any depth, holds anything but ranges. */
    public static boolean is(TxnRequest txn) {
        return onlyReads(txn.getSuccessList()) && onlyReads(txn.getFailureList());
    }

    private static boolean onlyReads(List<RequestOp> ops) {
        for (RequestOp op : ops) {
            boolean reads = switch (op.getRequestCase()) {
                case REQUEST_RANGE, REQUEST_NOT_SET -> true;
                case REQUEST_PUT, REQUEST_DELETE_RANGE -> false;
                case REQUEST_TXN -> is(op.getRequestTxn());
            };
            if (!reads) {
                return false;
            }
        }
        return true;
    }

    static TxnResponse execute(TxnRequest txn, Reader reader, Revisions revisions, RangeExecutor ranges) {
        TxnPlan plan = TxnPlan.of(txn, reader);
        plan.requireReadable(revisions);
        return run(plan, ranges).build();
    }

    private static TxnResponse.Builder run(TxnPlan plan, RangeExecutor ranges) {
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(plan.succeeded());
        int nestedPlan = 0;
        for (RequestOp op : plan.ops()) {
            ResponseOp.Builder answer = response.addResponsesBuilder();
            if (op.hasRequestTxn()) {
                answer.setResponseTxn(
                        run(plan.nested().get(nestedPlan++), ranges).setHeader(ResponseHeader.getDefaultInstance()));
            } else {
                answer.setResponseRange(withHeader(ranges.execute(op.getRequestRange())));
            }
        }
        return response;
    }

    /** A range inside a transaction carries the revision it was read at. */
    public static RangeResponse.Builder withHeader(RangeResult result) {
        return result.toResponse().setHeader(ResponseHeader.newBuilder().setRevision(result.revision()));
    }
}
