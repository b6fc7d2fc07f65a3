package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.grpc.Status;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.ResponseOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;

/** Mistakes as a server could have them, made on the way to and from a right one: to see that the differential test finds them. */
enum PlantedDifference {
    COUNT_STOPS_AT_LIMIT {
        @Override
        Answer spoil(Message request, Answer answer) {
            return answer instanceof Answer.Given given
                            && given.message() instanceof RangeResponse range
                            && range.getMore()
                    ? new Answer.Given(
                            range.toBuilder().setCount(range.getKvsCount()).build())
                    : answer;
        }
    },
    VERSION_STARTS_AGAIN {
        @Override
        Answer spoil(Message request, Answer answer) {
            return answer instanceof Answer.Given given
                            && given.message() instanceof RangeResponse range
                            && range.getKvsCount() > 0
                            && range.getKvs(0).getVersion() > 2
                    ? new Answer.Given(range.toBuilder()
                            .setKvs(0, range.getKvs(0).toBuilder().setVersion(1))
                            .build())
                    : answer;
        }
    },
    NOT_EQUAL_OF_ABSENT_VALUE_HOLDS {
        @Override
        Message spoil(Message request) {
            if (!(request instanceof TxnRequest txn)) {
                return request;
            }
            TxnRequest.Builder spoilt = txn.toBuilder();
            spoilt.getCompareBuilderList().stream()
                    .filter(compare -> compare.getTarget() == Compare.CompareTarget.VALUE
                            && compare.getResult() == Compare.CompareResult.NOT_EQUAL)
                    .forEach(compare -> compare.setTarget(Compare.CompareTarget.VERSION)
                            .setResult(Compare.CompareResult.GREATER)
                            .setVersion(-1));
            return spoilt.build();
        }
    },
    NESTED_TXN_TELLS_THE_WRONG_BRANCH {
        @Override
        Answer spoil(Message request, Answer answer) {
            if (!(answer instanceof Answer.Given given) || !(given.message() instanceof TxnResponse txn)) {
                return answer;
            }
            TxnResponse.Builder spoilt = txn.toBuilder();
            for (ResponseOp.Builder op : spoilt.getResponsesBuilderList()) {
                if (op.hasResponseTxn() && op.getResponseTxn().getResponsesCount() > 0) {
                    op.getResponseTxnBuilder().setSucceeded(!op.getResponseTxn().getSucceeded());
                }
            }
            return new Answer.Given(spoilt.build());
        }
    },
    SIGNED_ORDER_OF_DELETED_KEYS {
        @Override
        Answer spoil(Message request, Answer answer) {
            if (!(answer instanceof Answer.Given given)
                    || !(given.message() instanceof DeleteRangeResponse delete)
                    || delete.getPrevKvsCount() < 2) {
                return answer;
            }
            DeleteRangeResponse.Builder spoilt = delete.toBuilder().clearPrevKvs();
            delete.getPrevKvsList().stream()
                    .sorted((a, b) -> java.util.Arrays.compare(
                            a.getKey().toByteArray(), b.getKey().toByteArray()))
                    .forEach(spoilt::addPrevKvs);
            return new Answer.Given(spoilt.build());
        }
    },
    ERROR_TEXT_WITHOUT_PREFIX {
        @Override
        Answer spoil(Message request, Answer answer) {
            return answer instanceof Answer.Refused refused && refused.code() == Status.Code.OUT_OF_RANGE
                    ? new Answer.Refused(refused.code(), refused.text().replace("etcdserver: ", ""))
                    : answer;
        }
    },
    OLD_READ_IS_ANSWERED_FROM_NOW {
        @Override
        Message spoil(Message request) {
            return request instanceof RangeRequest range && range.getSerializable()
                    ? range.toBuilder().clearRevision().build()
                    : request;
        }
    },
    PUT_FORGETS_PREVIOUS_VALUE {
        @Override
        Message spoil(Message request) {
            return request instanceof PutRequest put && put.getIgnoreLease()
                    ? put.toBuilder().clearPrevKv().build()
                    : request;
        }
    };

    Message spoil(Message request) {
        return request;
    }

    Answer spoil(Message request, Answer answer) {
        return answer;
    }

    /** The right server with this mistake in front of it. */
    Target in(Target right) {
        return request -> right.ask(spoil(request)).thenApply(answer -> spoil(request, answer));
    }
}
