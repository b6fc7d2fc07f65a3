package io.lockstep.node.rpc;

import io.lockstep.api.AlarmMember;
import java.util.List;

/** What this node knows of itself and of its group now. Any thread; cheap, except the sizes, which may touch the disk. */
public interface NodeStatus {
    /** The group's term as this node knows it. */
    long term();

    /** The leader's member id; 0 if this node knows of none. */
    long leaderId();

    long raftIndex();

    long committedIndex();

    long appliedIndex();

    boolean isLearner();

    /** How often this node has seen the leader change since it started. */
    long leaderChanges();

    /** Bytes of the state on disk. */
    long dbSizeBytes();

    /** Bytes on disk that hold live data. */
    long dbSizeInUseBytes();

    /** Alarms that are raised, by member id. */
    List<AlarmMember> alarms();
}
