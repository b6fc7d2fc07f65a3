package io.lockstep.node.mvcc;

import io.lockstep.api.AlarmMember;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.TxnRequest;
import io.lockstep.api.TxnResponse;
import io.lockstep.node.auth.Permissions;
import io.lockstep.node.lease.LeaseReader;
import io.lockstep.proto.log.MemberRecord;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The state at one applied index, immutable and reference counted: one revision, one state, no locks. */
public interface ReadView extends ChangeHistory {
    /** The newest revision in this view. */
    long revision();

    /** The index of the last log entry in this view. */
    long appliedIndex();

    /** The term of the last log entry in this view. */
    long term();

    /** Holds the view; false if it was already let go. Each success needs one {@link #release}. */
    boolean tryAcquire();

    void release();

    /**
     * Executes a range with etcd's semantics.
     *
     * @throws io.lockstep.node.error.KvException.Rejected COMPACTED or FUTURE_REVISION
     */
    RangeResult range(RangeRequest request);

    /**
     * Executes a transaction that {@link ReadOnlyTxn#is} one that writes nothing. The response has no header of its own;
     * the ranges in it carry their revision.
     *
     * @throws io.lockstep.node.error.KvException.Rejected COMPACTED or FUTURE_REVISION
     */
    TxnResponse readTxn(TxnRequest request);

    /**
     * A hash over the logical state at a revision (0: this view's), equal on all members.
     *
     * @throws io.lockstep.node.error.KvException.Rejected COMPACTED or FUTURE_REVISION
     */
    HashResult hashKv(long revision);

    /** The replicated member list, by member id (unsigned). */
    List<MemberRecord> members();

    /** Members that were removed, by id. */
    default Set<Long> goneMembers() {
        return Set.of();
    }

    /** Reads the leases of this view; the reader is for the time of the call. */
    <T> T leases(Function<LeaseReader, T> reading);

    /** The alarms that are raised, by kind, then by member id (unsigned). */
    List<AlarmMember> alarms();

    /** Who may do what, as of this view: reads of it are judged by these (invariant I10). */
    Permissions permissions();

    /** The outcome of {@link #hashKv}. */
    record HashResult(int hash, long compactRevision, long hashRevision) {}
}
