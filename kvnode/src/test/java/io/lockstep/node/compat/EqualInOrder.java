package io.lockstep.node.compat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.RequestOp;
import io.lockstep.api.ResponseOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.api.mvcc.KeyValue;
import java.util.List;
import java.util.function.Function;

/**
 * Answers that differ only in the order of keys that the requested sort holds for equal. etcd's sort is not stable, so
 * among equals its order, and with a limit its choice, is an accident; ours is by key.
 */
final class EqualInOrder {
    private EqualInOrder() {}

    static boolean test(DifferentialRun.Exchange exchange) {
        return exchange.expected() instanceof Answer.Given expected
                && exchange.actual() instanceof Answer.Given actual
                && same(exchange.request(), expected.message(), actual.message());
    }

    private static boolean same(Message request, Message expected, Message actual) {
        if (expected.equals(actual)) {
            return true;
        }
        if (request instanceof RangeRequest range
                && expected instanceof RangeResponse one
                && actual instanceof RangeResponse other) {
            return sameRange(range, one, other);
        }
        return request instanceof TxnRequest txn
                && expected instanceof TxnResponse one
                && actual instanceof TxnResponse other
                && sameTxn(txn, one, other);
    }

    private static boolean sameRange(RangeRequest request, RangeResponse one, RangeResponse other) {
        boolean rest = one.toBuilder()
                .clearKvs()
                .build()
                .equals(other.toBuilder().clearKvs().build());
        if (!rest || one.getKvsCount() != other.getKvsCount()) {
            return false;
        }
        boolean valuesHidden = request.getKeysOnly() && request.getSortTarget() == RangeRequest.SortTarget.VALUE;
        boolean sameOrder = valuesHidden || ranks(request, one).equals(ranks(request, other));
        boolean sameKeys = one.getMore() || keys(one).equals(keys(other));
        return sameOrder && sameKeys;
    }

    private static List<Object> ranks(RangeRequest request, RangeResponse answer) {
        Function<KeyValue, Object> rank = switch (request.getSortTarget()) {
            case VERSION -> KeyValue::getVersion;
            case CREATE -> KeyValue::getCreateRevision;
            case MOD -> KeyValue::getModRevision;
            case VALUE -> KeyValue::getValue;
            case KEY, UNRECOGNIZED -> KeyValue::getKey;
        };
        return answer.getKvsList().stream().map(rank).toList();
    }

    private static List<KeyValue> keys(RangeResponse answer) {
        return answer.getKvsList().stream()
                .sorted((a, b) -> ByteString.unsignedLexicographicalComparator().compare(a.getKey(), b.getKey()))
                .toList();
    }

    private static boolean sameTxn(TxnRequest request, TxnResponse one, TxnResponse other) {
        List<RequestOp> ops = one.getSucceeded() ? request.getSuccessList() : request.getFailureList();
        boolean rest = one.toBuilder()
                .clearResponses()
                .build()
                .equals(other.toBuilder().clearResponses().build());
        if (!rest || one.getResponsesCount() != ops.size() || other.getResponsesCount() != ops.size()) {
            return false;
        }
        for (int i = 0; i < ops.size(); i++) {
            if (!sameStep(ops.get(i), one.getResponses(i), other.getResponses(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameStep(RequestOp op, ResponseOp one, ResponseOp other) {
        if (op.hasRequestRange()) {
            return same(op.getRequestRange(), one.getResponseRange(), other.getResponseRange());
        }
        if (op.hasRequestTxn()) {
            return same(op.getRequestTxn(), one.getResponseTxn(), other.getResponseTxn());
        }
        return one.equals(other);
    }
}
