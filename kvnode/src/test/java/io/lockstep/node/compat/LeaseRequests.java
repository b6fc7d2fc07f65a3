package io.lockstep.node.compat;

import com.google.protobuf.Message;
import io.lockstep.api.LeaseGrantRequest;
import io.lockstep.api.LeaseGrantResponse;
import io.lockstep.api.LeaseKeepAliveRequest;
import io.lockstep.api.LeaseLeasesRequest;
import io.lockstep.api.LeaseRevokeRequest;
import io.lockstep.api.LeaseTimeToLiveRequest;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Random requests about few leases, some of which are there. None ends by itself within a run: what is granted for a
 * short time (a TTL below the least one is raised) is revoked by the next step.
 */
final class LeaseRequests {
    private static final List<Long> IDS = List.of(1L, 2L, 0x7fff_ffff_ffff_ffffL, -1L, -5L, Long.MIN_VALUE);
    private static final List<Long> SHORT_TTLS = List.of(-1L, 0L, 1L, Long.MIN_VALUE);
    private static final List<Long> TTLS = List.of(100L, 1_000L, 9_000_000_000L, 9_000_000_001L, Long.MAX_VALUE);

    private final RandomGenerator random;
    /** 0: none. */
    private long toRevoke;

    /** The lease that was granted last: likely to be there. */
    private long newest = 1;

    LeaseRequests(RandomGenerator random) {
        this.random = random;
    }

    boolean isNext() {
        return toRevoke != 0 || random.nextInt(100) < 40;
    }

    long likelyId() {
        return random.nextInt(10) < 7 ? newest : id();
    }

    private long id() {
        return random.nextInt(50) == 0 ? 0 : IDS.get(random.nextInt(IDS.size()));
    }

    Message next() {
        if (toRevoke != 0) {
            return LeaseRevokeRequest.newBuilder().setID(toRevoke).build();
        }
        int kind = random.nextInt(100);
        if (kind < 35) {
            return grant();
        } else if (kind < 47) {
            return LeaseRevokeRequest.newBuilder().setID(id()).build();
        } else if (kind < 75) {
            return LeaseTimeToLiveRequest.newBuilder()
                    .setID(likelyId())
                    .setKeys(random.nextInt(4) > 0)
                    .build();
        } else if (kind < 90) {
            return LeaseKeepAliveRequest.newBuilder().setID(likelyId()).build();
        }
        return LeaseLeasesRequest.getDefaultInstance();
    }

    private LeaseGrantRequest grant() {
        List<Long> ttls = random.nextInt(10) == 0 ? SHORT_TTLS : TTLS;
        // An id of 0 lets each server pick one of its own: nothing to compare.
        return LeaseGrantRequest.newBuilder()
                .setID(IDS.get(random.nextInt(IDS.size())))
                .setTTL(ttls.get(random.nextInt(ttls.size())))
                .build();
    }

    void observe(Message request, Answer answer) {
        toRevoke = 0;
        if (request instanceof LeaseGrantRequest grant
                && answer instanceof Answer.Given given
                && given.message() instanceof LeaseGrantResponse granted) {
            newest = grant.getID();
            toRevoke = granted.getTTL() < 100 ? grant.getID() : 0;
        }
    }
}
