package io.lockstep.node.raft.transport;

import io.lockstep.node.raft.GroupMembers;
import io.lockstep.node.raft.PeerLinkGate;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.node.raft.PeerTls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the peer port needs to know.
 *
 * @param groupId the JRaft group that requests must name
 * @param members who may connect, and where they are; this member among them
 * @param maxFrameBytes the largest frame that is taken in
 * @param maxPendingCalls requests in flight per peer and lane
 * @param deadPeerTimeout a connection that answers nothing for this long while asked is given up
 * @param gate which members can be reached, for tests with partitions
 */
public record TransportConfig(
        long clusterId,
        String groupId,
        PeerMember self,
        GroupMembers members,
        InetSocketAddress listenAddress,
        @Nullable PeerTls tls,
        int maxFrameBytes,
        int maxPendingCalls,
        Duration deadPeerTimeout,
        String productVersion,
        PeerLinkGate gate) {
    /** Every member can be reached. */
    public TransportConfig(
            long clusterId,
            String groupId,
            PeerMember self,
            List<PeerMember> members,
            InetSocketAddress listenAddress,
            @Nullable PeerTls tls,
            int maxFrameBytes,
            int maxPendingCalls,
            Duration deadPeerTimeout,
            String productVersion) {
        this(
                clusterId,
                groupId,
                self,
                new GroupMembers(members, Set.of()),
                listenAddress,
                tls,
                maxFrameBytes,
                maxPendingCalls,
                deadPeerTimeout,
                productVersion,
                PeerLinkGate.OPEN);
    }
}
