package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RangeRequest.SortOrder;
import io.lockstep.api.RangeRequest.SortTarget;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Reader;
import java.util.ArrayList;
import java.util.List;

/**
 * Executes ranges, for views and for transactions alike. Only what a request needs is read: a point is one get, a plain
 * range copies rows as they stand, beyond the limit keys are only counted.
 */
public final class RangeExecutor {
    /** How many keys are walked between two looks at whether the view may still be used. */
    private static final int KEYS_PER_CHECK = 1024;

    private final Reader reader;
    private final Revisions revisions;
    private final Runnable stillAllowed;

    /** @param stillAllowed called now and then during long walks; throws to end them */
    RangeExecutor(Reader reader, Revisions revisions, Runnable stillAllowed) {
        this.reader = reader;
        this.revisions = revisions;
        this.stillAllowed = stillAllowed;
    }

    public RangeExecutor(Reader reader, Revisions revisions) {
        this(reader, revisions, () -> {});
    }

    /**
     * @throws io.lockstep.node.error.KvException.Rejected COMPACTED or FUTURE_REVISION
     */
    public RangeResult execute(RangeRequest request) {
        long revision = revisions.resolve(request.getRevision());
        KeyRange range = KeyRange.of(request.getKey(), request.getRangeEnd());
        if (range.isEmpty()) {
            return new RangeResult(revisions.current(), List.of(), 0, false);
        }
        return range.single() ? point(request, range.start(), revision) : range(request, range, revision);
    }

    private RangeResult point(RangeRequest request, byte[] key, long revision) {
        byte[] encoded = revision == revisions.current()
                ? reader.get(Family.CURRENT, key)
                : HistoricalScan.read(reader, key, revision);
        if (encoded == null) {
            return new RangeResult(revisions.current(), List.of(), 0, false);
        }
        RevisionFilter filter = RevisionFilter.of(request);
        boolean wanted = !request.getCountOnly() && (filter.passesAll() || filter.passes(StoredKeyValue.of(encoded)));
        List<ByteString> kvs = wanted ? List.of(answer(request, encoded)) : List.of();
        return new RangeResult(revisions.current(), kvs, 1, false);
    }

    private RangeResult range(RangeRequest request, KeyRange range, long revision) {
        try (KeyValueScan scan = scan(range, revision)) {
            long count = 0;
            Selection selection = request.getCountOnly() ? Selection.NOTHING : selection(request);
            while (scan.advance()) {
                if (selection.wantsMore()) {
                    selection.offer(scan.encoded());
                }
                if (++count % KEYS_PER_CHECK == 0) {
                    stillAllowed.run();
                }
            }
            return answer(request, selection.selected(), count);
        }
    }

    /**
     * etcd's rules: without a sort order and filters only limit + 1 keys are read before anything else happens; with a
     * target other than the key these few are sorted all the same. Unknown orders and targets sort nothing.
     */
    private static Selection selection(RangeRequest request) {
        RevisionFilter filter = RevisionFilter.of(request);
        boolean limited = request.getLimit() > 0 && request.getLimit() < Long.MAX_VALUE;
        long atMost = limited ? request.getLimit() + 1 : Long.MAX_VALUE;
        SortOrder order = request.getSortOrder();
        SortTarget target = request.getSortTarget();
        boolean readsAll = request.getSortOrderValue() != SortOrder.NONE_VALUE || !filter.passesAll();
        if (order == SortOrder.NONE && target != SortTarget.KEY) {
            order = SortOrder.ASCEND;
        }
        boolean keyOrder = order != SortOrder.DESCEND && target == SortTarget.KEY;
        if (keyOrder
                || order == SortOrder.NONE
                || order == SortOrder.UNRECOGNIZED
                || target == SortTarget.UNRECOGNIZED) {
            return new Selection.FirstByKey(filter, atMost);
        }
        KeyValueOrder comparison = new KeyValueOrder(target, order == SortOrder.DESCEND);
        return readsAll
                ? new Selection.SmallestByOrder(filter, comparison, atMost)
                : new Selection.FirstThenSorted(comparison, atMost);
    }

    private RangeResult answer(RangeRequest request, List<byte[]> selected, long count) {
        long limit = request.getLimit();
        boolean more = limit > 0 && selected.size() > limit;
        List<byte[]> shown = more ? selected.subList(0, (int) limit) : selected;
        List<ByteString> kvs = new ArrayList<>(shown.size());
        for (byte[] encoded : shown) {
            kvs.add(answer(request, encoded));
        }
        return new RangeResult(revisions.current(), kvs, count, more);
    }

    private static ByteString answer(RangeRequest request, byte[] encoded) {
        return request.getKeysOnly()
                ? StoredKeyValue.of(encoded).encodedWithoutValue()
                : UnsafeByteOperations.unsafeWrap(encoded);
    }

    private KeyValueScan scan(KeyRange range, long revision) {
        return revision == revisions.current()
                ? new NewestScan(reader, range)
                : new HistoricalScan(reader, range, revision);
    }
}
