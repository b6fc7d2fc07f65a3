package io.lockstep.node.auth;

import com.google.protobuf.ByteString;
import io.lockstep.api.Compare;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.RequestOp;
import io.lockstep.api.TxnRequest;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Whether one asker may do one request on keys, by one state of the permissions: the only place that knows which keys a
 * request touches. Transactions are judged whole, both branches and whatever is nested in them, before any comparison.
 * Each method throws a {@link KvException.Rejected}: USER_EMPTY, AUTH_OLD_REVISION or PERMISSION_DENIED.
 */
public final class RequestAccess {
    private final Grants grants;
    private final LongFunction<List<ByteString>> keysOfLease;

    /** @param keysOfLease the keys that are attached to a lease now; none if there is no such lease */
    private RequestAccess(Grants grants, LongFunction<List<ByteString>> keysOfLease) {
        this.grants = grants;
        this.keysOfLease = keysOfLease;
    }

    /**
     * @param permissions with auth enabled
     * @throws KvException.Rejected if nobody asks, or one who was known by older permissions
     */
    public static RequestAccess of(Permissions permissions, Asker asker, LongFunction<List<ByteString>> keysOfLease) {
        if (!asker.user().isEmpty() && Long.compareUnsigned(asker.authRevision(), permissions.revision()) < 0) {
            throw new KvException.Rejected(KvError.AUTH_OLD_REVISION);
        }
        return new RequestAccess(permissions.grants(asker), keysOfLease);
    }

    /** Reads keys, given as in a RangeRequest: a range, a watch. */
    public void requireRead(ByteString key, ByteString rangeEnd) {
        require(grants.root() || grants.read().cover(key, rangeEnd));
    }

    public void requireWrite(ByteString key, ByteString rangeEnd) {
        require(grants.root() || grants.write().cover(key, rangeEnd));
    }

    public void range(RangeRequest range) {
        requireRead(range.getKey(), range.getRangeEnd());
    }

    public void put(PutRequest put) {
        requireWrite(put.getKey(), ByteString.EMPTY);
        // Who attaches a key to a lease can keep the lease's other keys from their end, or end them by its revocation.
        requireLease(put.getLease());
        if (put.getPrevKv()) {
            requireRead(put.getKey(), ByteString.EMPTY);
        }
    }

    public void deleteRange(DeleteRangeRequest delete) {
        requireWrite(delete.getKey(), delete.getRangeEnd());
        if (delete.getPrevKv()) {
            requireRead(delete.getKey(), delete.getRangeEnd());
        }
    }

    /** May end the lease: may write every key that would go with it. */
    public void requireLease(long lease) {
        if (lease != 0 && !grants.root()) {
            keysOfLease.apply(lease).forEach(key -> requireWrite(key, ByteString.EMPTY));
        }
    }

    /** May see the keys of the lease. */
    public void requireLeaseKeysReadable(long lease) {
        if (!grants.root()) {
            keysOfLease.apply(lease).forEach(key -> requireRead(key, ByteString.EMPTY));
        }
    }

    public void txn(TxnRequest txn) {
        for (Compare compare : txn.getCompareList()) {
            requireRead(compare.getKey(), compare.getRangeEnd());
        }
        ops(txn.getSuccessList());
        ops(txn.getFailureList());
    }

    private void ops(List<RequestOp> ops) {
        for (RequestOp op : ops) {
            switch (op.getRequestCase()) {
                case REQUEST_RANGE -> range(op.getRequestRange());
                case REQUEST_PUT -> put(op.getRequestPut());
                case REQUEST_DELETE_RANGE -> deleteRange(op.getRequestDeleteRange());
                case REQUEST_TXN -> txn(op.getRequestTxn());
                case REQUEST_NOT_SET -> throw new KvException.Rejected(KvError.KEY_NOT_FOUND);
            }
        }
    }

    private static void require(boolean granted) {
        if (!granted) {
            throw new KvException.Rejected(KvError.PERMISSION_DENIED);
        }
    }
}
