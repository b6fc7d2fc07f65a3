package io.lockstep.client;

import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import java.util.List;

/**
 * A transaction: if all conditions hold, the steps of {@code then} run, else those of {@code otherwise}; whatever they
 * change is one revision. Immutable: each method returns a changed copy.
 *
 * <pre>{@code
 * client.commit(Txn.when(Compare.missing(lock)).then(Op.put(lock, me)).otherwise(Op.get(lock)));
 * }</pre>
 */
public final class Txn {
    private final TxnRequest request;

    private Txn(TxnRequest request) {
        this.request = request;
    }

    /** All of these must hold; none given: the steps of {@code then} always run. */
    public static Txn when(Compare... conditions) {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        for (Compare condition : conditions) {
            request.addCompare(condition.toMessage());
        }
        return new Txn(request.build());
    }

    /** A transaction without conditions. */
    public static Txn of(Op... steps) {
        return when().then(steps);
    }

    /** Adds steps for when the conditions hold; they run in this order and see each other's changes. */
    public Txn then(Op... steps) {
        TxnRequest.Builder changed = request.toBuilder();
        for (Op step : steps) {
            changed.addSuccess(step.toMessage());
        }
        return new Txn(changed.build());
    }

    /** Adds steps for when a condition does not hold. */
    public Txn otherwise(Op... steps) {
        TxnRequest.Builder changed = request.toBuilder();
        for (Op step : steps) {
            changed.addFailure(step.toMessage());
        }
        return new Txn(changed.build());
    }

    /** Where a transaction that only reads takes place; on one that may write only the default is allowed. */
    public Txn consistency(Consistency consistency) {
        RangeRequest.Builder setting = RangeRequest.newBuilder();
        consistency.applyTo(setting);
        TxnRequest.Builder changed = request.toBuilder().setMinRevision(setting.getMinRevision());
        if (setting.hasMaxStalenessMillis()) {
            changed.setMaxStalenessMillis(setting.getMaxStalenessMillis());
        }
        return new Txn(changed.build());
    }

    /** When a transaction that writes is acknowledged: {@link Ack#QUORUM} or {@link Ack#ALL}. */
    public Txn ack(Ack ack) {
        return new Txn(request.toBuilder().setAck(ack.wire()).build());
    }

    TxnRequest toRequest() {
        return request;
    }

    /** Whether either branch, nested ones included, changes something: such a transaction must not be repeated blindly. */
    static boolean mayWrite(TxnRequest txn) {
        return mayWrite(txn.getSuccessList()) || mayWrite(txn.getFailureList());
    }

    private static boolean mayWrite(List<RequestOp> steps) {
        for (RequestOp step : steps) {
            boolean writes = switch (step.getRequestCase()) {
                case REQUEST_RANGE -> false;
                case REQUEST_PUT, REQUEST_DELETE_RANGE, REQUEST_NOT_SET -> true;
                case REQUEST_TXN -> mayWrite(step.getRequestTxn());
            };
            if (writes) {
                return true;
            }
        }
        return false;
    }
}
