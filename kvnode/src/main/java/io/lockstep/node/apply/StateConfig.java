package io.lockstep.node.apply;

import io.lockstep.proto.log.MemberRecord;
import java.nio.file.Path;
import java.util.List;

/**
 * What a state is opened with.
 *
 * @param directory created if absent
 * @param memberId with the boot id: whose commands get their results reported
 * @param founders the initial member list; goes into a new state only
 */
public record StateConfig(
        Path directory, long clusterId, long memberId, long bootId, List<MemberRecord> founders, StateLimits limits) {
    public StateConfig {
        founders = List.copyOf(founders);
    }
}
