package io.lockstep.node.mvcc;

import com.google.protobuf.ByteString;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.node.auth.Permissions;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.lease.LeaseReader;
import io.lockstep.node.storage.Snapshot;
import io.lockstep.proto.log.MemberRecord;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A view on a snapshot of the database. Two counts keep it: holders, who may use it; and calls under way, who must not
 * have the snapshot closed beneath them. A view that is cut off closes when the last call leaves, whoever still holds it.
 */
public final class DatabaseView implements ReadView {
    private final Snapshot snapshot;
    private final Revisions revisions;
    private final StatePosition position;
    private final ClusterFacts cluster;
    private final Permissions permissions;
    private final RangeExecutor ranges;
    /** Readers on any thread and the publisher; 0 for good once all have let go. */
    private final AtomicInteger holders = new AtomicInteger(1);
    /** Calls under way on any thread, plus one while the view is neither let go nor cut off; at 0 the snapshot closes. */
    private final AtomicInteger users = new AtomicInteger(1);
    /** Set by whoever cuts off, read by every call: only ever from false to true. */
    private volatile boolean cutOff;

    /** Takes over the snapshot; the caller holds the view. */
    public DatabaseView(
            Snapshot snapshot,
            Revisions revisions,
            StatePosition position,
            ClusterFacts cluster,
            Permissions permissions) {
        this.snapshot = snapshot;
        this.revisions = revisions;
        this.position = position;
        this.cluster = cluster;
        this.permissions = permissions;
        this.ranges = new RangeExecutor(snapshot, revisions, this::requireNotCutOff);
    }

    /** The same state on a younger snapshot, which the caller knows to hold no other; the caller holds it. */
    public DatabaseView on(Snapshot younger) {
        return new DatabaseView(younger, revisions, position, cluster, permissions);
    }

    @Override
    public long revision() {
        return revisions.current();
    }

    @Override
    public long compactRevision() {
        return revisions.compact();
    }

    @Override
    public long appliedIndex() {
        return position.index();
    }

    @Override
    public long term() {
        return position.term();
    }

    @Override
    public List<MemberRecord> members() {
        return cluster.members();
    }

    @Override
    public Set<Long> goneMembers() {
        return cluster.gone();
    }

    @Override
    public List<AlarmMember> alarms() {
        return cluster.alarms();
    }

    @Override
    public Permissions permissions() {
        return permissions;
    }

    @Override
    public RangeResult range(RangeRequest request) {
        return use(() -> ranges.execute(request));
    }

    @Override
    public TxnResponse readTxn(TxnRequest request) {
        if (!ReadOnlyTxn.is(request)) {
            throw new IllegalArgumentException("a transaction that may write cannot be executed on a view");
        }
        return use(() -> ReadOnlyTxn.execute(request, snapshot, revisions, ranges));
    }

    @Override
    public HashResult hashKv(long requested) {
        long revision = revisions.resolve(requested);
        return use(() -> {
            int hash = KvHash.of(snapshot, revisions.compact(), revision, this::requireNotCutOff);
            return new HashResult(hash, revisions.compact(), revision);
        });
    }

    @Override
    public <T> T leases(Function<LeaseReader, T> reading) {
        return use(() -> reading.apply(new LeaseReader(snapshot)));
    }

    @Override
    public ChangeChunk changes(long from, ChangeChunk.Limit limit, Predicate<ByteString> wanted) {
        return use(() -> new ChangeReader(snapshot, revisions).read(from, limit, wanted));
    }

    private <T> T use(Supplier<T> call) {
        if (cutOff || !tryIncrement(users)) {
            throw new KvException.Failed(KvError.VIEW_TOO_OLD);
        }
        try {
            return call.get();
        } finally {
            leave();
        }
    }

    private void requireNotCutOff() {
        if (cutOff) {
            throw new KvException.Failed(KvError.VIEW_TOO_OLD);
        }
    }

    private void leave() {
        if (users.decrementAndGet() == 0) {
            snapshot.close();
        }
    }

    @Override
    public boolean tryAcquire() {
        return tryIncrement(holders);
    }

    @Override
    public void release() {
        int left = holders.decrementAndGet();
        if (left < 0) {
            throw new IllegalStateException("a view was let go more often than it was acquired");
        }
        if (left == 0) {
            dropBaseUse();
        }
    }

    /** Ends the view for everybody: calls under way stop soon, later ones are refused with VIEW_TOO_OLD. */
    public void cutOff() {
        dropBaseUse();
    }

    /** Whether all have let go, or it was cut off. */
    public boolean isOver() {
        return cutOff;
    }

    /** Once only: a view can be cut off and let go by two threads at the same time. */
    private synchronized void dropBaseUse() {
        if (!cutOff) {
            cutOff = true;
            leave();
        }
    }

    private static boolean tryIncrement(AtomicInteger count) {
        int now = count.get();
        while (now > 0) {
            if (count.compareAndSet(now, now + 1)) {
                return true;
            }
            now = count.get();
        }
        return false;
    }
}
