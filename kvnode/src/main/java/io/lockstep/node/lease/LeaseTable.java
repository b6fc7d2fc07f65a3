package io.lockstep.node.lease;

import com.google.protobuf.ByteString;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.node.storage.Family;
import io.lockstep.proto.log.LeaseRecord;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes the table within the batch of the command under way. Apply thread only.
 *
 * <p>A lease knows how many keys it carries and how much their deletion changes at most, so that a revoke always fits into
 * a command: a key too many is refused when it is attached. Both numbers follow from the stored rows alone and are equal
 * on every member.
 */
public final class LeaseTable {
    /** etcd's bound, in seconds. */
    public static final long MAX_TTL_SECONDS = 9_000_000_000L;

    /** What the deletion of a key changes beside copies of the key and its value: rows of all families and their cost. */
    private static final int REVOKE_OVERHEAD_BYTES = 512;

    /** How often a deletion writes the key itself, twice as long where each byte is escaped. */
    private static final int KEY_COPIES = 8;

    private final ApplyBatch batch;
    private final LeaseLimits limits;
    private final LeaseReader reader;

    public LeaseTable(ApplyBatch batch, LeaseLimits limits) {
        this.batch = batch;
        this.limits = limits;
        this.reader = new LeaseReader(batch);
    }

    public boolean has(long id) {
        return batch.get(Family.LEASE, LeaseRows.lease(id)) != null;
    }

    /** As of the command under way. */
    public LeaseReader reader() {
        return reader;
    }

    /** @throws KvException.Rejected LEASE_TTL_TOO_LARGE, LEASE_NOT_FOUND for the id 0, LEASE_EXISTS */
    public Lease grant(long id, long ttlSeconds) {
        if (ttlSeconds > MAX_TTL_SECONDS) {
            throw new KvException.Rejected(KvError.LEASE_TTL_TOO_LARGE);
        }
        if (id == 0) {
            throw new KvException.Rejected(KvError.LEASE_NOT_FOUND);
        }
        if (has(id)) {
            throw new KvException.Rejected(KvError.LEASE_EXISTS);
        }
        // A member that proposes raises the TTL to its own minimum; here only nonsense is kept out.
        long ttl = Math.max(1, ttlSeconds);
        long grant = LeaseRows.grants(batch) + 1;
        batch.put(
                Family.META,
                LeaseRows.GRANTS_ROW,
                ByteBuffer.allocate(Long.BYTES).putLong(grant).array());
        return write(id, LeaseRecord.newBuilder().setTtl(ttl).setGrant(grant));
    }

    /** Null: there is no such lease. */
    public @Nullable Lease renew(long id) {
        LeaseRecord record = LeaseRows.record(batch, id);
        if (record == null) {
            return null;
        }
        return write(id, record.toBuilder().setRenewals(record.getRenewals() + 1));
    }

    /** Takes the lease out of the table; its keys must have been deleted. */
    public void remove(long id) {
        batch.delete(Family.LEASE, LeaseRows.lease(id));
    }

    /**
     * A key was put.
     *
     * @param before what it carried until now; {@link Load#NONE} if it was not there
     * @param now what it carries from now on
     * @throws KvException.Rejected LEASE_FULL
     */
    public void moved(ByteString key, Load before, Load now) {
        if (before.lease() == now.lease()) {
            if (now.lease() != 0 && now.storedBytes() != before.storedBytes()) {
                weigh(now.lease(), 0, now.storedBytes() - before.storedBytes());
            }
            return;
        }
        detach(key, before);
        if (now.lease() != 0) {
            weigh(now.lease(), 1, cost(key, now));
            batch.put(Family.LEASE_KEY, LeaseRows.key(now.lease(), key.toByteArray()), LeaseRows.NOTHING);
        }
    }

    /** A key was deleted, or put without its lease. */
    public void detach(ByteString key, Load before) {
        if (before.lease() != 0) {
            weigh(before.lease(), -1, -cost(key, before));
            batch.delete(Family.LEASE_KEY, LeaseRows.key(before.lease(), key.toByteArray()));
        }
    }

    /** The keys of a lease that is about to be revoked are let go, all at once. */
    public void detachAll(long id, List<ByteString> keys) {
        for (ByteString key : keys) {
            batch.delete(Family.LEASE_KEY, LeaseRows.key(id, key.toByteArray()));
        }
    }

    private static long cost(ByteString key, Load load) {
        return load.storedBytes() + (long) KEY_COPIES * key.size() + REVOKE_OVERHEAD_BYTES;
    }

    private void weigh(long id, int keys, long bytes) {
        LeaseRecord record = LeaseRows.record(batch, id);
        if (record == null) {
            throw new IllegalStateException("a key carries the lease " + id + ", which is not there");
        }
        int allKeys = record.getKeys() + keys;
        long allBytes = record.getRevokeBytes() + bytes;
        if ((keys > 0 || bytes > 0) && (allKeys > limits.maxKeysPerLease() || allBytes > limits.maxRevokeBytes())) {
            throw new KvException.Rejected(KvError.LEASE_FULL);
        }
        write(id, record.toBuilder().setKeys(allKeys).setRevokeBytes(allBytes));
    }

    private Lease write(long id, LeaseRecord.Builder changed) {
        LeaseRecord record = changed.build();
        batch.put(Family.LEASE, LeaseRows.lease(id), record.toByteArray());
        return LeaseRows.lease(id, record);
    }

    /**
     * What a key weighs on its lease.
     *
     * @param lease 0: it has none
     * @param storedBytes of the key-value pair as it is stored
     */
    public record Load(long lease, int storedBytes) {
        public static final Load NONE = new Load(0, 0);
    }
}
