package io.lockstep.node.compat;

import com.google.protobuf.ByteString;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Random transactions, nested to depth 3, with every compare, and now and then one around the limit of operations. */
final class TxnGenerator {
    private static final int MAX_DEPTH = 3;
    /** etcd's --max-txn-ops. */
    private static final int MAX_OPS = 128;

    private final SplittableRandom random;
    private final KeySpace keys;
    private final StepGenerator steps;

    TxnGenerator(SplittableRandom random, KeySpace keys, StepGenerator steps) {
        this.random = random;
        this.keys = keys;
        this.steps = steps;
    }

    TxnRequest txn() {
        int kind = random.nextInt(100);
        if (kind < 2) {
            return large();
        }
        TxnRequest txn = kind < 4 ? faulty() : txn(1);
        return deletesToTheEnd(txn) ? withoutKeeping(txn) : txn;
    }

    /**
     * An etcd 3.5 does not see that a deletion up to the last key holds a key that is put: where that put is to keep what was
     * deleted, every member ends, at each start anew. {@link DifferentialTest} sends us one of them.
     */
    private static boolean deletesToTheEnd(TxnRequest txn) {
        return Stream.concat(txn.getSuccessList().stream(), txn.getFailureList().stream())
                .anyMatch(op -> op.getRequestDeleteRange().getRangeEnd().equals(Requests.FIRST)
                        || deletesToTheEnd(op.getRequestTxn()));
    }

    private static TxnRequest withoutKeeping(TxnRequest txn) {
        TxnRequest.Builder mended = txn.toBuilder();
        mended.getSuccessBuilderList().forEach(TxnGenerator::forgetKeeping);
        mended.getFailureBuilderList().forEach(TxnGenerator::forgetKeeping);
        return mended.build();
    }

    private static void forgetKeeping(RequestOp.Builder op) {
        if (op.hasRequestPut()) {
            op.getRequestPutBuilder().clearIgnoreValue().clearIgnoreLease();
        } else if (op.hasRequestTxn()) {
            op.setRequestTxn(withoutKeeping(op.getRequestTxn()));
        }
    }

    private TxnRequest txn(int depth) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        int compares = chance(0.4) ? 0 : 1 + random.nextInt(2);
        for (int i = 0; i < compares; i++) {
            txn.addCompare(compare());
        }
        int success = random.nextInt(4);
        for (int i = 0; i < success; i++) {
            txn.addSuccess(op(depth));
        }
        int failure = random.nextInt(3);
        for (int i = 0; i < failure; i++) {
            txn.addFailure(op(depth));
        }
        return txn.build();
    }

    private RequestOp op(int depth) {
        RequestOp.Builder op = RequestOp.newBuilder();
        if (depth < MAX_DEPTH && chance(0.2)) {
            return op.setRequestTxn(txn(depth + 1)).build();
        }
        if (chance(0.005)) {
            // An operation that is none.
            return op.build();
        }
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> op.setRequestPut(steps.putInTxn()).build();
            case 4, 5 -> op.setRequestDeleteRange(steps.deleteRangeInTxn()).build();
            default -> op.setRequestRange(steps.rangeInTxn()).build();
        };
    }

    private Compare compare() {
        // The last value of each is no value of the enum.
        int result = random.nextInt(chance(0.05) ? 5 : 4);
        int target = random.nextInt(chance(0.05) ? 6 : 5);
        ByteString key = chance(0.01) ? ByteString.EMPTY : keys.key();
        Compare.Builder compare = Compare.newBuilder()
                .setResultValue(result)
                .setTargetValue(target)
                .setKey(key);
        if (chance(0.35)) {
            compare.setRangeEnd(keys.rangeEnd(key));
        }
        if (chance(0.05)) {
            return compare.build();
        }
        setOperand(compare, chance(0.05) ? random.nextInt(5) : target);
        return compare.build();
    }

    private void setOperand(Compare.Builder compare, int target) {
        switch (target) {
            case Compare.CompareTarget.VERSION_VALUE -> compare.setVersion(random.nextInt(6) - 1L);
            case Compare.CompareTarget.CREATE_VALUE ->
                compare.setCreateRevision(chance(0.4) ? 0 : steps.recentRevision());
            case Compare.CompareTarget.MOD_VALUE -> compare.setModRevision(chance(0.4) ? 0 : steps.recentRevision());
            case Compare.CompareTarget.VALUE_VALUE -> compare.setValue(keys.value());
            case Compare.CompareTarget.LEASE_VALUE -> compare.setLease(random.nextInt(3) - 1L);
            default -> {
                // No operand for a target that does not exist.
            }
        }
    }

    /** Several faults that only show when it is executed: both servers must tell of the same one. */
    private TxnRequest faulty() {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            txn.addSuccess(chance(0.5) ? unreadableRange() : unfoundedPut());
        }
        return txn.build();
    }

    private RequestOp.Builder unreadableRange() {
        return RequestOp.newBuilder()
                .setRequestRange(RangeRequest.newBuilder().setKey(keys.key()).setRevision(steps.unreadableRevision()));
    }

    /** Keeps what may not be there, for a lease that is not there. */
    private RequestOp.Builder unfoundedPut() {
        return RequestOp.newBuilder()
                .setRequestPut(PutRequest.newBuilder()
                        .setKey(keys.key())
                        .setIgnoreValue(chance(0.7))
                        .setLease(random.nextInt(3)));
    }

    /** At the limit of operations or one above it, in compares, in one branch, or spread over a nested transaction. */
    private TxnRequest large() {
        int count = MAX_OPS + random.nextInt(2);
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        switch (random.nextInt(4)) {
            case 0 -> {
                for (int i = 0; i < count; i++) {
                    txn.addCompare(compare());
                }
            }
            case 1 -> txn.addAllSuccess(cheapOps(count));
            case 2 -> txn.addAllFailure(cheapOps(count)).addCompare(compare());
            default -> {
                int outside = random.nextInt(MAX_OPS);
                txn.addAllSuccess(cheapOps(outside))
                        .addSuccess(RequestOp.newBuilder()
                                .setRequestTxn(TxnRequest.newBuilder().addAllSuccess(cheapOps(count - outside - 1))));
            }
        }
        return txn.build();
    }

    private List<RequestOp> cheapOps(int count) {
        List<RequestOp> ops = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ByteString key = keys.key();
            RequestOp.Builder op = RequestOp.newBuilder();
            ops.add(
                    chance(0.5)
                            ? op.setRequestRange(RangeRequest.newBuilder().setKey(key))
                                    .build()
                            : op.setRequestDeleteRange(
                                            DeleteRangeRequest.newBuilder().setKey(key))
                                    .build());
        }
        return ops;
    }

    private boolean chance(double probability) {
        return random.nextDouble() < probability;
    }
}
