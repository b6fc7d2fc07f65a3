package io.lockstep.node.apply;

import io.lockstep.node.auth.AuthTable;
import io.lockstep.node.auth.Permissions;
import io.lockstep.node.lease.LeaseEvents;
import io.lockstep.node.lease.LeaseLimits;
import io.lockstep.node.lease.LeaseReader;
import io.lockstep.node.lease.LeaseTable;
import io.lockstep.node.mvcc.ClusterFacts;
import io.lockstep.node.mvcc.Compactor;
import io.lockstep.node.mvcc.DatabaseView;
import io.lockstep.node.mvcc.MvccWriter;
import io.lockstep.node.mvcc.StatePosition;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.node.storage.Database;

/**
 * One database with everything that is derived from it: an install replaces the whole. Apply thread only, but for the
 * database and the compactor.
 */
final class LiveState {
    private final Database database;
    private final ApplyBatch batch;
    private final MvccWriter writer;
    private final AuthTable auth;
    private final CommandExecutor executor;
    private final Compactor compactor;
    private AppliedPosition position;
    private final Alarms alarms;
    private ClusterFacts cluster;
    /** As written. */
    private Permissions permissions;
    /** Written by the apply thread, read by whoever builds log entries. */
    private volatile int featureLevel;

    LiveState(Database database, StateLimits limits, LeaseEvents leaseEvents) {
        StateMeta.Position stored = StateMeta.position(database);
        this.database = database;
        this.batch = new ApplyBatch(database);
        this.writer = new MvccWriter(batch, stored.revisions(), limits.commandChangeBytes());
        LeaseTable leases = new LeaseTable(batch, LeaseLimits.of(limits.commandChangeBytes()));
        this.alarms = new Alarms(batch);
        this.auth = new AuthTable(batch);
        this.permissions = auth.permissions();
        this.executor = new CommandExecutor(batch, writer, leases, leaseEvents, alarms, auth);
        this.compactor = new Compactor(database, limits.compactionStepChanges());
        this.position = stored.applied();
        this.cluster = new ClusterFacts(StateMeta.members(database), StateMeta.gone(database), alarms.raised());
        this.featureLevel = StateMeta.featureLevel(database);
    }

    Database database() {
        return database;
    }

    ApplyBatch batch() {
        return batch;
    }

    MvccWriter writer() {
        return writer;
    }

    AuthTable auth() {
        return auth;
    }

    CommandExecutor executor() {
        return executor;
    }

    Compactor compactor() {
        return compactor;
    }

    /** What is written, of all leases. */
    LeaseReader leases() {
        return new LeaseReader(database);
    }

    AppliedPosition position() {
        return position;
    }

    int featureLevel() {
        return featureLevel;
    }

    /** Makes the batch and how far it reaches part of the database, in one write (invariant I3). */
    void write(AppliedPosition reached, boolean clusterChanged) {
        StateMeta.putPosition(batch, reached, writer.revisions());
        batch.write();
        position = reached;
        permissions = auth.permissions();
        if (clusterChanged) {
            cluster = new ClusterFacts(StateMeta.members(database), StateMeta.gone(database), alarms.raised());
            featureLevel = StateMeta.featureLevel(database);
        }
    }

    /** A view on what is written; the caller holds it. */
    DatabaseView newView() {
        return new DatabaseView(
                database.snapshot(),
                writer.revisions(),
                new StatePosition(position.index(), position.term()),
                cluster,
                permissions);
    }
}
