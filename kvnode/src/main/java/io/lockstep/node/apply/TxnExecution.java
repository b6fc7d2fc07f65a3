package io.lockstep.node.apply;

import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseHeader;
import io.lockstep.api.ResponseOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.MvccWriter;
import io.lockstep.node.mvcc.ReadOnlyTxn;
import io.lockstep.node.mvcc.TxnPlan;

/**
 * One transaction, in etcd's order: all comparisons along the taken path; then all checks of its puts; then all checks
 * of its ranges; then the steps, each of which sees those before it. The branch not taken is not looked at.
 */
@ApplyThread
final class TxnExecution {
    private final MvccWriter writer;
    private final KeyCommands keys;
    private final boolean answer;

    TxnExecution(MvccWriter writer, KeyCommands keys, boolean answer) {
        this.writer = writer;
        this.keys = keys;
        this.answer = answer;
    }

    TxnResponse execute(TxnRequest txn) {
        TxnPlan plan = writer.plan(txn);
        checkPuts(plan);
        plan.requireReadable(writer.revisions());
        return run(plan).build();
    }

    private void checkPuts(TxnPlan plan) {
        int nestedPlan = 0;
        for (RequestOp op : plan.ops()) {
            if (op.hasRequestPut()) {
                keys.check(op.getRequestPut());
            } else if (op.hasRequestTxn()) {
                checkPuts(plan.nested().get(nestedPlan++));
            }
        }
    }

    private TxnResponse.Builder run(TxnPlan plan) {
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(plan.succeeded());
        int nestedPlan = 0;
        for (RequestOp op : plan.ops()) {
            if (op.hasRequestTxn()) {
                TxnResponse.Builder nested = run(plan.nested().get(nestedPlan++));
                // etcd gives a nested transaction a header with nothing in it.
                response.addResponsesBuilder().setResponseTxn(nested.setHeader(ResponseHeader.getDefaultInstance()));
            } else {
                response.addResponses(step(op));
            }
        }
        return response;
    }

    private ResponseOp.Builder step(RequestOp op) {
        ResponseOp.Builder response = ResponseOp.newBuilder();
        switch (op.getRequestCase()) {
            case REQUEST_RANGE -> {
                // A range that passed its check cannot fail any more: who answers nobody need not read.
                if (answer) {
                    response.setResponseRange(
                            ReadOnlyTxn.withHeader(writer.ranges().execute(op.getRequestRange())));
                }
            }
            case REQUEST_PUT ->
                response.setResponsePut(
                        keys.checkedPut(op.getRequestPut(), answer).setHeader(revisionHeader()));
            case REQUEST_DELETE_RANGE ->
                response.setResponseDeleteRange(
                        keys.deleteRange(op.getRequestDeleteRange(), answer).setHeader(revisionHeader()));
            case REQUEST_TXN, REQUEST_NOT_SET -> throw new KvException.Rejected(KvError.KEY_NOT_FOUND);
        }
        return response;
    }

    private ResponseHeader.Builder revisionHeader() {
        return ResponseHeader.newBuilder().setRevision(writer.revisionsWithin().current());
    }
}
