package io.lockstep.node.raft;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Everything the group needs to know before it starts.
 *
 * @param clusterId names the cluster; two clusters never talk to each other
 * @param memberId this member
 * @param name the member's name, for messages to people
 * @param self the advertised peer address of this member
 * @param initialMembers the founders, or whom a member that joined was told of; this member among them
 * @param newCluster whether an empty data directory founds a cluster together with the other founders
 * @param directory the data directory: FORMAT and raft/ below it belong to this package
 * @param listenAddress where the peer port is bound
 * @param heartbeatInterval how often a leader shows itself
 * @param electionTimeout how long a silent leader is believed in
 * @param tls of the peer port; empty: plain text
 * @param limits see {@link RaftLimits}
 * @param productVersion told to peers and written into FORMAT
 * @param gate which members can be reached, for tests with partitions
 * @param members who belongs to the cluster now, as far as this member's state knows
 */
public record RaftConfig(
        long clusterId,
        long memberId,
        String name,
        PeerAddress self,
        List<PeerMember> initialMembers,
        boolean newCluster,
        Path directory,
        InetSocketAddress listenAddress,
        Duration heartbeatInterval,
        Duration electionTimeout,
        Optional<PeerTls> tls,
        RaftLimits limits,
        String productVersion,
        PeerLinkGate gate,
        GroupMembers members) {
    public RaftConfig {
        initialMembers = List.copyOf(initialMembers);
        if (clusterId == 0 || memberId == 0) {
            throw new IllegalArgumentException("cluster id and member id must not be 0");
        }
        PeerMember me = new PeerMember(memberId, self);
        if (!initialMembers.contains(me)) {
            throw new IllegalArgumentException("the initial cluster does not name this member: " + name + " ("
                    + me.idText() + ") at " + self.hostPort());
        }
        if (initialMembers.stream().map(PeerMember::memberId).distinct().count() != initialMembers.size()
                || initialMembers.stream()
                                .map(m -> m.address().hostPort())
                                .distinct()
                                .count()
                        != initialMembers.size()) {
            throw new IllegalArgumentException("the initial cluster names a member or an address twice");
        }
        long heartbeat = heartbeatInterval.toMillis();
        long election = electionTimeout.toMillis();
        if (heartbeat < 10 || election < 5 * heartbeat || election > 50_000) {
            throw new IllegalArgumentException("heartbeat interval " + heartbeat + " ms and election timeout "
                    + election + " ms: at least 10 ms, five times the heartbeat, and at most 50000 ms");
        }
    }

    /** Every member can be reached. */
    public RaftConfig(
            long clusterId,
            long memberId,
            String name,
            PeerAddress self,
            List<PeerMember> initialMembers,
            boolean newCluster,
            Path directory,
            InetSocketAddress listenAddress,
            Duration heartbeatInterval,
            Duration electionTimeout,
            Optional<PeerTls> tls,
            RaftLimits limits,
            String productVersion) {
        this(
                clusterId,
                memberId,
                name,
                self,
                initialMembers,
                newCluster,
                directory,
                listenAddress,
                heartbeatInterval,
                electionTimeout,
                tls,
                limits,
                productVersion,
                PeerLinkGate.OPEN,
                new GroupMembers(initialMembers, Set.of()));
    }

    /** Whether this member was added to a cluster that ran already: then it begins with what the others have. */
    public boolean joined() {
        return self.incarnation() > 0;
    }

    /** The JRaft group: one per cluster. */
    public String groupId() {
        return "lockstep-" + Long.toHexString(clusterId);
    }

    public PeerMember me() {
        return new PeerMember(memberId, self);
    }

    public Path raftDirectory() {
        return directory.resolve("raft");
    }

    public Path logDirectory() {
        return raftDirectory().resolve("log");
    }

    public Path voteDirectory() {
        return raftDirectory().resolve("vote");
    }

    public Path snapshotDirectory() {
        return raftDirectory().resolve("snapshot");
    }
}
