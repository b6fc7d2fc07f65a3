package io.lockstep.node.mvcc;

import io.lockstep.api.AlarmMember;
import io.lockstep.proto.log.MemberRecord;
import java.util.List;

/**
 * What the replicated state says of the cluster itself.
 *
 * @param members by member id (unsigned)
 * @param alarms that are raised, by kind, then by member id (unsigned)
 */
public record ClusterFacts(List<MemberRecord> members, List<AlarmMember> alarms) {
    public ClusterFacts {
        members = List.copyOf(members);
        alarms = List.copyOf(alarms);
    }
}
