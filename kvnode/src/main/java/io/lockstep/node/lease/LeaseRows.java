package io.lockstep.node.lease;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Reader;
import io.lockstep.proto.log.LeaseRecord;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How the table lies in storage: {@code lease} has id to record, {@code lease_key} has id and user key to nothing. */
final class LeaseRows {
    static final byte[] NOTHING = new byte[0];

    /** In the family of metadata. */
    static final byte[] GRANTS_ROW = "lease_grants".getBytes(StandardCharsets.UTF_8);

    private LeaseRows() {}

    static byte[] lease(long id) {
        return ByteBuffer.allocate(Long.BYTES).putLong(id).array();
    }

    static long idOf(byte[] leaseRow) {
        return ByteBuffer.wrap(leaseRow).getLong();
    }

    static byte[] key(long id, byte[] userKey) {
        return ByteBuffer.allocate(Long.BYTES + userKey.length)
                .putLong(id)
                .put(userKey)
                .array();
    }

    static byte[] userKeyOf(byte[] keyRow) {
        return Arrays.copyOfRange(keyRow, Long.BYTES, keyRow.length);
    }

    /** Behind the last key of the lease; null: to the end. Ids are ordered as unsigned numbers here. */
    static byte @Nullable [] afterKeysOf(long id) {
        return id == -1 ? null : lease(id + 1);
    }

    static @Nullable LeaseRecord record(Reader reader, long id) {
        byte[] value = reader.get(Family.LEASE, lease(id));
        return value == null ? null : parse(value);
    }

    static Lease lease(long id, LeaseRecord record) {
        return new Lease(id, record.getTtl(), record.getGrant(), record.getRenewals());
    }

    /** How many leases were ever granted. */
    static long grants(Reader reader) {
        byte[] value = reader.get(Family.META, GRANTS_ROW);
        return value == null ? 0 : ByteBuffer.wrap(value).getLong();
    }

    static LeaseRecord parse(byte[] value) {
        try {
            return LeaseRecord.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException("a stored lease does not parse", e);
        }
    }
}
