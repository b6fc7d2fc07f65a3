package io.lockstep.node.apply;

import com.google.protobuf.ByteString;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.LeaseRevokeResponse;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.lease.Lease;
import io.lockstep.node.lease.LeaseEvents;
import io.lockstep.node.lease.LeaseTable;
import io.lockstep.node.mvcc.KeyRange;
import io.lockstep.node.mvcc.MvccWriter;
import io.lockstep.proto.log.ExpireLease;
import io.lockstep.proto.log.RenewLeases;
import io.lockstep.proto.log.RenewedLeases;
import java.util.List;

/**
 * Grants, renewals, and the two ways in which a lease ends. Whether one is over is not judged here: a leader says so, and
 * the table checks that it spoke of the lease as it stands, in its own term (etcd #15247: a leader that was stuck for
 * long, and is none any more, must end nothing).
 */
@ApplyThread
final class LeaseCommands {
    private final LeaseTable table;
    private final MvccWriter writer;
    private final LeaseEvents events;

    LeaseCommands(LeaseTable table, MvccWriter writer, LeaseEvents events) {
        this.table = table;
        this.writer = writer;
        this.events = events;
    }

    LeaseGrantResponse grant(LeaseGrantRequest request) {
        Lease lease = table.grant(request.getID(), request.getTTL());
        events.begins(lease);
        return LeaseGrantResponse.newBuilder()
                .setID(lease.id())
                .setTTL(lease.ttlSeconds())
                .build();
    }

    LeaseRevokeResponse revoke(LeaseRevokeRequest request) {
        if (!table.has(request.getID())) {
            throw new KvException.Rejected(KvError.LEASE_NOT_FOUND);
        }
        end(request.getID());
        return LeaseRevokeResponse.getDefaultInstance();
    }

    RenewedLeases renew(RenewLeases request) {
        RenewedLeases.Builder renewed = RenewedLeases.newBuilder();
        for (long id : request.getLeasesList()) {
            Lease lease = table.renew(id);
            if (lease != null) {
                events.begins(lease);
            }
            renewed.addTtls(lease == null ? 0 : lease.ttlSeconds());
        }
        return renewed.build();
    }

    LeaseRevokeResponse expire(ExpireLease request, long term) {
        boolean stands = table.reader()
                .find(request.getLease())
                .filter(lease -> lease.grant() == request.getGrant() && lease.renewals() == request.getRenewals())
                .isPresent();
        if (!stands || term != request.getTerm()) {
            throw new KvException.Rejected(KvError.LEASE_NOT_FOUND);
        }
        end(request.getLease());
        return LeaseRevokeResponse.getDefaultInstance();
    }

    /** The lease and its keys, in their order, within one revision. */
    private void end(long id) {
        List<ByteString> keys = table.reader().keys(id);
        for (ByteString key : keys) {
            writer.delete(KeyRange.of(key, ByteString.EMPTY));
        }
        table.detachAll(id, keys);
        table.remove(id);
        events.ended(id);
    }
}
