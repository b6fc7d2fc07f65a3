package io.lockstep.node;

import io.lockstep.api.AlarmMember;
import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.raft.RaftGroup;
import io.lockstep.node.rpc.NodeStatus;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** What the client port may know of the group and the state. */
final class GroupStatus implements NodeStatus {
    private final RaftGroup group;
    private final ReplicatedState state;
    private final LeadershipEvents leadership;
    private final BooleanSupplier learner;

    /** Clients drop a member whose term goes back. Raised by any thread. */
    private final AtomicLong highestTerm = new AtomicLong();

    GroupStatus(RaftGroup group, ReplicatedState state, LeadershipEvents leadership, BooleanSupplier learner) {
        this.learner = learner;
        this.group = group;
        this.state = state;
        this.leadership = leadership;
    }

    @Override
    public long term() {
        long term = Math.max(group.term(), state.appliedTerm());
        long highest = highestTerm.get();
        return term <= highest ? highest : highestTerm.accumulateAndGet(term, Math::max);
    }

    @Override
    public long leaderId() {
        return group.leadership().leaderId();
    }

    @Override
    public long raftIndex() {
        return group.status().lastLogIndex();
    }

    @Override
    public long committedIndex() {
        return group.status().committedIndex();
    }

    @Override
    public long appliedIndex() {
        return group.status().appliedIndex();
    }

    @Override
    public boolean isLearner() {
        return learner.getAsBoolean();
    }

    @Override
    public long leaderChanges() {
        return leadership.leaderChanges();
    }

    @Override
    public long dbSizeBytes() {
        return state.sizes().totalBytes();
    }

    @Override
    public long dbSizeInUseBytes() {
        return state.sizes().inUseBytes();
    }

    @Override
    public List<AlarmMember> alarms() {
        return state.alarms();
    }
}
