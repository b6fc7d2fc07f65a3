package io.lockstep.node.rpc;

import io.lockstep.api.RangeRequest;
import io.lockstep.api.TxnRequest;
import java.util.OptionalLong;

/**
 * Where between replication and synchronisation a read takes place.
 *
 * @param local only this node's own state will do: {@code serializable}
 * @param maxStalenessMillis how far that state may lag; empty: as far as it does
 * @param minRevision what that state must have; 0: nothing
 */
record ReadDial(boolean local, OptionalLong maxStalenessMillis, long minRevision) {
    static final ReadDial LINEARIZABLE = new ReadDial(false, OptionalLong.empty(), 0);
    static final ReadDial STALE = new ReadDial(true, OptionalLong.empty(), 0);

    static ReadDial of(RangeRequest request, CallDial beside) {
        return of(
                request.getSerializable(),
                request.hasMaxStalenessMillis(),
                request.getMaxStalenessMillis(),
                request.getMinRevision(),
                beside);
    }

    /** Of a transaction that writes nothing. */
    static ReadDial of(TxnRequest request, CallDial beside) {
        return of(
                TxnLag.allowed(request),
                request.hasMaxStalenessMillis(),
                request.getMaxStalenessMillis(),
                request.getMinRevision(),
                beside);
    }

    private static ReadDial of(
            boolean local, boolean bounded, long maxStalenessMillis, long minRevision, CallDial beside) {
        if (!local && !bounded && minRevision == 0 && !beside.given()) {
            return LINEARIZABLE;
        }
        // More than a signed number holds is no bound that anything could exceed.
        OptionalLong bound = bounded
                ? OptionalLong.of(maxStalenessMillis < 0 ? Long.MAX_VALUE : maxStalenessMillis)
                : beside.maxStalenessMillis();
        return new ReadDial(local, bound, minRevision > 0 ? minRevision : beside.minRevision());
    }

    boolean isLinearizable() {
        return !local && maxStalenessMillis.isEmpty() && minRevision == 0;
    }

    /** Whether state of this age will do. */
    boolean allows(long ageMillis) {
        return maxStalenessMillis.isEmpty()
                || (ageMillis != Staleness.UNPROVEN && ageMillis <= maxStalenessMillis.getAsLong());
    }
}
