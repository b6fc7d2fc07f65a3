package io.lockstep.node.mvcc;

import io.lockstep.api.AlarmMember;
import io.lockstep.proto.log.MemberRecord;
import java.util.List;
import java.util.Set;

/**
 * What the replicated state says of the cluster itself.
 *
 * @param members by member id (unsigned)
 * @param gone members that were removed, by id
 * @param alarms that are raised, by kind, then by member id (unsigned)
 */
public record ClusterFacts(List<MemberRecord> members, Set<Long> gone, List<AlarmMember> alarms) {
    public ClusterFacts {
        members = List.copyOf(members);
        gone = Set.copyOf(gone);
        alarms = List.copyOf(alarms);
    }
}
