package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseKeepAliveResponse;
import io.lockstep.api.LeaseTimeToLiveResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;

/** Mistakes with leases, as a server could have them. */
enum PlantedLeaseDifference {
    PUT_KEEPS_THE_LEASE {
        @Override
        Message spoil(Message request) {
            return request instanceof PutRequest put && put.getLease() == 0 && !put.getIgnoreLease()
                    ? put.toBuilder().setIgnoreLease(true).build()
                    : request;
        }
    },
    LEASE_IN_TXN_IS_FORGOTTEN {
        @Override
        Message spoil(Message request) {
            if (!(request instanceof TxnRequest txn)) {
                return request;
            }
            TxnRequest.Builder spoilt = txn.toBuilder();
            spoilt.getSuccessBuilderList().stream()
                    .filter(RequestOp.Builder::hasRequestPut)
                    .forEach(op -> op.getRequestPutBuilder().clearLease());
            return spoilt.build();
        }
    },
    LEAST_TTL_IS_ANOTHER {
        @Override
        Message spoil(Message request) {
            return request instanceof LeaseGrantRequest grant && grant.getTTL() < 3
                    ? grant.toBuilder().setTTL(3).build()
                    : request;
        }
    },
    UNKNOWN_LEASE_HAS_NO_TIME {
        @Override
        Answer spoil(Answer answer) {
            return answer instanceof Answer.Given given
                            && given.message() instanceof LeaseTimeToLiveResponse left
                            && left.getTTL() == -1
                    ? new Answer.Given(left.toBuilder().setTTL(0).build())
                    : answer;
        }
    },
    KEPT_ALIVE_WITHOUT_BEING_THERE {
        @Override
        Answer spoil(Answer answer) {
            return answer instanceof Answer.Given given
                            && given.message() instanceof LeaseKeepAliveResponse alive
                            && alive.getTTL() == 0
                    ? new Answer.Given(alive.toBuilder().setTTL(100).build())
                    : answer;
        }
    },
    KEY_OF_A_LEASE_IS_NOT_LISTED {
        @Override
        Answer spoil(Answer answer) {
            return answer instanceof Answer.Given given
                            && given.message() instanceof LeaseTimeToLiveResponse left
                            && left.getKeysCount() > 2
                    ? new Answer.Given(left.toBuilder()
                            .clearKeys()
                            .addAllKeys(left.getKeysList().subList(1, left.getKeysCount()))
                            .build())
                    : answer;
        }
    };

    Message spoil(Message request) {
        return request;
    }

    Answer spoil(Answer answer) {
        return answer;
    }

    /** The right server with this mistake in front of it. */
    Target in(Target right) {
        return request -> right.ask(spoil(request)).thenApply(this::spoil);
    }
}
