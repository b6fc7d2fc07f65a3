package io.lockstep.node.apply;

import com.google.protobuf.ByteString;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.api.PutRequest;
import io.lockstep.api.PutResponse;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.lease.LeaseTable;
import io.lockstep.node.mvcc.KeyRange;
import io.lockstep.node.mvcc.MvccWriter;
import io.lockstep.node.mvcc.StoredKeyValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts and deletions, alone and as steps of a transaction. Responses come without header. */
@ApplyThread
final class KeyCommands {
    private final MvccWriter writer;
    private final LeaseTable leases;

    KeyCommands(MvccWriter writer, LeaseTable leases) {
        this.writer = writer;
        this.leases = leases;
    }

    /** A put of its own: the lease is looked at before the key. */
    PutResponse.Builder put(PutRequest put, boolean answer) {
        requireKey(put.getKey());
        requireLease(put.getLease());
        StoredKeyValue old = writer.newest(put.getKey());
        requireOldIfKept(put, old);
        return write(put, old, answer);
    }

    /** What a transaction checks of a put before any of its steps: the key is looked at before the lease. */
    void check(PutRequest put) {
        requireKey(put.getKey());
        if (put.getIgnoreValue() || put.getIgnoreLease()) {
            requireOldIfKept(put, writer.newest(put.getKey()));
        }
        requireLease(put.getLease());
    }

    /** A put that was checked, as a step of a transaction. */
    PutResponse.Builder checkedPut(PutRequest put, boolean answer) {
        StoredKeyValue old = writer.newest(put.getKey());
        // Only a malformed transaction, which deletes the key first, can have lost it since the check.
        requireOldIfKept(put, old);
        return write(put, old, answer);
    }

    private PutResponse.Builder write(PutRequest put, @Nullable StoredKeyValue old, boolean answer) {
        ByteString value = put.getIgnoreValue() && old != null ? old.value() : put.getValue();
        long lease = put.getIgnoreLease() && old != null ? old.lease() : put.getLease();
        int storedBytes = writer.put(put.getKey(), value, lease, old);
        leases.moved(put.getKey(), load(old), new LeaseTable.Load(lease, storedBytes));
        PutResponse.Builder response = PutResponse.newBuilder();
        if (answer && put.getPrevKv() && old != null) {
            response.setPrevKv(old.message());
        }
        return response;
    }

    private static LeaseTable.Load load(@Nullable StoredKeyValue stored) {
        return stored == null ? LeaseTable.Load.NONE : new LeaseTable.Load(stored.lease(), stored.sizeBytes());
    }

    private static void requireKey(ByteString key) {
        if (key.isEmpty()) {
            throw new KvException.Rejected(KvError.KEY_NOT_PROVIDED);
        }
    }

    private static void requireOldIfKept(PutRequest put, @Nullable StoredKeyValue old) {
        if ((put.getIgnoreValue() || put.getIgnoreLease()) && old == null) {
            throw new KvException.Rejected(KvError.KEY_NOT_FOUND);
        }
    }

    private void requireLease(long lease) {
        if (lease != 0 && !leases.has(lease)) {
            throw new KvException.Rejected(KvError.LEASE_NOT_FOUND);
        }
    }

    DeleteRangeResponse.Builder deleteRange(DeleteRangeRequest delete, boolean answer) {
        List<StoredKeyValue> deleted = writer.delete(KeyRange.of(delete.getKey(), delete.getRangeEnd()));
        for (StoredKeyValue old : deleted) {
            if (old.lease() != 0) {
                leases.detach(ByteString.copyFrom(old.key()), load(old));
            }
        }
        DeleteRangeResponse.Builder response = DeleteRangeResponse.newBuilder().setDeleted(deleted.size());
        if (answer && delete.getPrevKv()) {
            deleted.forEach(old -> response.addPrevKvs(old.message()));
        }
        return response;
    }
}
