package io.lockstep.node;

import io.lockstep.node.propose.Proposer;
import io.lockstep.node.raft.RaftListener;
import io.lockstep.node.read.ReadGate;
import java.util.concurrent.atomic.AtomicLong;

/** Tells the write path and the reads that someone leads, or nobody does any more. */
final class LeadershipEvents implements RaftListener {
    private final Proposer proposer;
    private final ReadGate gate;
    private final AtomicLong changes = new AtomicLong();
    private long lastLeader;

    LeadershipEvents(Proposer proposer, ReadGate gate) {
        this.proposer = proposer;
        this.gate = gate;
    }

    @Override
    public void onLeaderStart(long term) {
        proposer.onLeaderStart();
        changed();
    }

    @Override
    public void onLeaderStop() {
        changed();
    }

    @Override
    public void onLeaderChanged(long leaderMemberId, long term) {
        if (leaderMemberId != 0 && leaderMemberId != lastLeader) {
            lastLeader = leaderMemberId;
            changes.incrementAndGet();
        }
        changed();
    }

    private void changed() {
        proposer.onLeadershipChanged();
        gate.onLeadershipChanged();
    }

    long leaderChanges() {
        return changes.get();
    }
}
