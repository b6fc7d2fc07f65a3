package io.lockstep.node.compat;

import com.google.protobuf.ByteString;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Transactions that put and delete one key and that etcd 3.5 lets pass: its check takes the end of a deletion "from the
 * key on" for the plain string \\0, and does not look from one nested transaction into another.
 */
final class KeyChangedTwice {
    private static final ByteString FROM_KEY_ON = ByteString.copyFrom(new byte[1]);

    private record Put(ByteString key, TxnRequest in) {}

    private record Deletion(DeleteRangeRequest range, TxnRequest in) {}

    private final List<Put> puts = new ArrayList<>();
    private final List<Deletion> deletions = new ArrayList<>();

    private KeyChangedTwice() {}

    static boolean mayPassInEtcd(TxnRequest txn) {
        KeyChangedTwice changes = new KeyChangedTwice();
        changes.collect(txn);
        return changes.puts.stream()
                .anyMatch(put -> changes.deletions.stream().anyMatch(deletion -> meetUnseen(put, deletion)));
    }

    private void collect(TxnRequest txn) {
        List<RequestOp> ops = new ArrayList<>(txn.getSuccessList());
        ops.addAll(txn.getFailureList());
        for (RequestOp op : ops) {
            switch (op.getRequestCase()) {
                case REQUEST_PUT -> puts.add(new Put(op.getRequestPut().getKey(), txn));
                case REQUEST_DELETE_RANGE -> deletions.add(new Deletion(op.getRequestDeleteRange(), txn));
                case REQUEST_TXN -> collect(op.getRequestTxn());
                case REQUEST_RANGE, REQUEST_NOT_SET -> {
                    // Changes nothing.
                }
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // two equal transactions are still two
    private static boolean meetUnseen(Put put, Deletion deletion) {
        ByteString end = deletion.range.getRangeEnd();
        boolean fromKeyOn = end.equals(FROM_KEY_ON);
        boolean unseen = fromKeyOn || put.in != deletion.in;
        return unseen && contains(deletion.range.getKey(), end, fromKeyOn, put.key);
    }

    private static boolean contains(ByteString start, ByteString end, boolean fromKeyOn, ByteString key) {
        if (end.isEmpty()) {
            return start.equals(key);
        }
        var order = ByteString.unsignedLexicographicalComparator();
        return order.compare(start, key) <= 0 && (fromKeyOn || order.compare(key, end) < 0);
    }
}
