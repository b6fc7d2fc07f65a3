package io.lockstep.node.lease;

import com.google.protobuf.ByteString;
import io.lockstep.node.storage.Cursor;
import io.lockstep.node.storage.Family;
import io.lockstep.node.storage.Reader;
import io.lockstep.proto.log.LeaseRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the table holds, as of a view or of the command under way. */
public final class LeaseReader {
    private static final byte[] FIRST = new byte[0];

    private final Reader reader;

    public LeaseReader(Reader reader) {
        this.reader = reader;
    }

    /** Empty: there is no such lease. */
    public Optional<Lease> find(long id) {
        LeaseRecord record = LeaseRows.record(reader, id);
        return record == null ? Optional.empty() : Optional.of(LeaseRows.lease(id, record));
    }

    /** All leases; by id, as unsigned numbers. */
    public List<Lease> all() {
        List<Lease> found = new ArrayList<>();
        try (Cursor rows = reader.cursor(Family.LEASE, FIRST, null)) {
            for (; rows.valid(); rows.next()) {
                found.add(LeaseRows.lease(LeaseRows.idOf(rows.key()), LeaseRows.parse(rows.value())));
            }
        }
        return found;
    }

    /** The keys that are attached to a lease, in order. */
    public List<ByteString> keys(long id) {
        List<ByteString> found = new ArrayList<>();
        try (Cursor rows = reader.cursor(Family.LEASE_KEY, LeaseRows.lease(id), LeaseRows.afterKeysOf(id))) {
            for (; rows.valid(); rows.next()) {
                found.add(ByteString.copyFrom(LeaseRows.userKeyOf(rows.key())));
            }
        }
        return found;
    }
}
