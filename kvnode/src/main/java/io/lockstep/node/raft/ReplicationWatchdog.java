package io.lockstep.node.raft;

import java.util.List;
import java.util.Optional;

/**
 * Notices that replication to a peer died in silence.
 *
 * <p>JRaft can lose a replicator without any error (#1271, #1274): heartbeats go on, nobody elects another leader, and
 * either one follower falls behind for ever or, when a majority is affected, every write hangs. What shows it: the log
 * has entries that a reachable peer lacks, and for a long while nothing was even sent to it. Then leadership goes to a
 * peer that is well, which makes new replicators; where that is impossible or does not help, the node stops.
 *
 * <p>Pure: time and facts come in, verdicts go out. One thread.
 */
final class ReplicationWatchdog {
    /**
     * How a peer is served.
     *
     * @param votes whether it may lead
     * @param reachable connected and greeted
     * @param lastActivityNanos when entries, a probe or a snapshot were last on their way to it, or it became reachable
     */
    record PeerProgress(long memberId, boolean votes, boolean reachable, long matchedIndex, long lastActivityNanos) {}

    /** What to do; NONE almost always. */
    sealed interface Verdict {
        record None() implements Verdict {}

        record HandOver(long stuckMemberId, long toMemberId) implements Verdict {}

        record Stop(long stuckMemberId) implements Verdict {}
    }

    private static final Verdict NONE = new Verdict.None();

    private final long patienceNanos;
    private boolean led;
    private long leadsSinceNanos;
    private boolean handedOver;
    private long handedOverNanos;

    ReplicationWatchdog(long patienceNanos) {
        this.patienceNanos = patienceNanos;
    }

    Verdict check(long nowNanos, boolean leads, long lastLogIndex, List<PeerProgress> peers) {
        if (!leads) {
            led = false;
            handedOver = false;
            return NONE;
        }
        if (!led) {
            led = true;
            leadsSinceNanos = nowNanos;
        }
        Optional<PeerProgress> stuck = peers.stream()
                .filter(peer -> isStuck(peer, nowNanos, lastLogIndex))
                .findFirst();
        if (stuck.isEmpty()) {
            handedOver = false;
            return NONE;
        }
        long stuckId = stuck.get().memberId();
        if (handedOver) {
            return nowNanos - handedOverNanos > patienceNanos ? new Verdict.Stop(stuckId) : NONE;
        }
        Optional<PeerProgress> heir = peers.stream()
                .filter(peer -> peer.votes() && peer.reachable() && !isStuck(peer, nowNanos, lastLogIndex))
                .max(java.util.Comparator.comparingLong(PeerProgress::matchedIndex));
        if (heir.isEmpty()) {
            return new Verdict.Stop(stuckId);
        }
        handedOver = true;
        handedOverNanos = nowNanos;
        return new Verdict.HandOver(stuckId, heir.get().memberId());
    }

    private boolean isStuck(PeerProgress peer, long nowNanos, long lastLogIndex) {
        long quietSince = Math.max(peer.lastActivityNanos() - nowNanos, leadsSinceNanos - nowNanos);
        return peer.reachable() && peer.matchedIndex() < lastLogIndex && -quietSince > patienceNanos;
    }
}
