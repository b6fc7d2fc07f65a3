package io.lockstep.node;

import io.lockstep.node.propose.Proposer;
import io.lockstep.node.raft.RaftListener;
import io.lockstep.node.read.ReadGate;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the write path and the reads that someone leads, or nobody does any more. */
final class LeadershipEvents implements RaftListener {
    private static final Logger LOG = LoggerFactory.getLogger(LeadershipEvents.class);

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
        LOG.info("this member leads in term {}", term);
        proposer.onLeaderStart();
        changed();
    }

    @Override
    public void onLeaderStop() {
        LOG.info("this member leads no more");
        changed();
    }

    @Override
    public void onLeaderChanged(long leaderMemberId, long term) {
        if (leaderMemberId != 0 && leaderMemberId != lastLeader) {
            lastLeader = leaderMemberId;
            changes.incrementAndGet();
            LOG.info("member {} leads in term {}", Long.toHexString(leaderMemberId), term);
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
