package io.lockstep.node.rpc;

import com.google.protobuf.ByteString;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys that one branch of a transaction may change, and the check that it changes none twice. Deletions may overlap
 * each other; a put may meet neither another put nor a deletion, except in the other branch of the same nested
 * transaction.
 *
 * <p>The check is etcd 3.5.30's, which overlooks two cases: a deletion "from this key on" (range_end of one zero byte),
 * and a nested deletion behind another nested transaction with the put. Such a transaction may be sound, as when only
 * one of the two nested ones can be taken, so it passes here as it passes there; if it does change a key twice, it is
 * refused when it is executed.
 *
 * <p>Cost is O(n log n) in the steps, since this runs on an event loop for whoever connects.
 */
final class TxnChanges {
    private static final Comparator<ByteString> BYTES = ByteString.unsignedLexicographicalComparator();
    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

    private final Set<ByteString> puts = new HashSet<>();

    /** Disjoint intervals of deleted keys: first key to end, which is not deleted. */
    private final TreeMap<ByteString, ByteString> deletions = new TreeMap<>(BYTES);

    private TxnChanges() {}

    /** @throws KvException.Rejected DUPLICATE_KEY */
    static void check(List<RequestOp> branch) {
        of(branch);
    }

    private static TxnChanges of(List<RequestOp> branch) {
        TxnChanges changes = new TxnChanges();
        List<TxnRequest> nested = new ArrayList<>();
        for (RequestOp op : branch) {
            switch (op.getRequestCase()) {
                case REQUEST_DELETE_RANGE -> changes.addDeletion(op.getRequestDeleteRange());
                case REQUEST_PUT -> changes.addPut(op.getRequestPut().getKey());
                case REQUEST_TXN -> nested.add(op.getRequestTxn());
                case REQUEST_RANGE, REQUEST_NOT_SET -> {}
            }
        }
        List<ByteString> own = List.copyOf(changes.puts);
        nested.forEach(changes::addNested);
        own.forEach(changes::refuseIfDeleted);
        return changes;
    }

    private void addPut(ByteString key) {
        if (!puts.add(key)) {
            throw new KvException.Rejected(KvError.DUPLICATE_KEY);
        }
    }

    private void addDeletion(DeleteRangeRequest request) {
        ByteString from = request.getKey();
        ByteString end = request.getRangeEnd();
        if (end.isEmpty()) {
            insert(from, from.concat(ZERO));
        } else if (BYTES.compare(from, end) < 0) {
            insert(from, end);
        }
    }

    private void insert(ByteString from, ByteString end) {
        ByteString start = from;
        ByteString stop = end;
        Map.@Nullable Entry<ByteString, ByteString> before = deletions.floorEntry(from);
        if (before != null && BYTES.compare(before.getValue(), from) >= 0) {
            start = before.getKey();
        }
        // Swallows every interval that begins inside; each is swallowed once, so all inserts together stay O(n log n).
        Map.@Nullable Entry<ByteString, ByteString> inside = deletions.ceilingEntry(start);
        while (inside != null && BYTES.compare(inside.getKey(), stop) <= 0) {
            stop = BYTES.compare(stop, inside.getValue()) >= 0 ? stop : inside.getValue();
            deletions.remove(inside.getKey());
            inside = deletions.ceilingEntry(start);
        }
        deletions.put(start, stop);
    }

    private void refuseIfDeleted(ByteString key) {
        Map.@Nullable Entry<ByteString, ByteString> interval = deletions.floorEntry(key);
        if (interval != null && BYTES.compare(key, interval.getValue()) < 0) {
            throw new KvException.Rejected(KvError.DUPLICATE_KEY);
        }
    }

    /** Only one branch of a nested transaction is taken, so its two are held against all else and not each other. */
    private void addNested(TxnRequest txn) {
        TxnChanges success = of(txn.getSuccessList());
        TxnChanges failure = of(txn.getFailureList());
        for (TxnChanges branch : List.of(success, failure)) {
            for (ByteString key : branch.puts) {
                if (puts.contains(key)) {
                    throw new KvException.Rejected(KvError.DUPLICATE_KEY);
                }
                refuseIfDeleted(key);
            }
        }
        puts.addAll(success.puts);
        puts.addAll(failure.puts);
        success.deletions.forEach(this::insert);
        failure.deletions.forEach(this::insert);
    }
}
