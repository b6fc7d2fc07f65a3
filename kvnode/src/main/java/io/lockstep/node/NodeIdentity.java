package io.lockstep.node;

import io.lockstep.node.config.ConfigException;
import io.lockstep.node.config.Founding;
import io.lockstep.node.config.HostPort;
import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.raft.GroupMembers;
import io.lockstep.node.raft.Joining;
import io.lockstep.node.raft.PeerAddress;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.node.raft.RaftStartException;
import io.lockstep.proto.log.MemberRecord;
import io.lockstep.proto.peer.JoinReply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who this node is. A founder finds out by hashing what it was told; a member that joined a running cluster was told by the
 * others, once, and remembers.
 *
 * @param incarnation 0 for founders
 * @param firstMembers the member list that a new state begins with
 * @param founders who founds the cluster; empty: this node does not, or not any more
 */
record NodeIdentity(
        long clusterId, long memberId, int incarnation, List<MemberRecord> firstMembers, List<PeerMember> founders) {
    private static final Duration JOIN_PATIENCE = Duration.ofSeconds(30);

    NodeIdentity {
        firstMembers = List.copyOf(firstMembers);
        founders = List.copyOf(founders);
    }

    /** May ask the members of a running cluster, and block for that. */
    static NodeIdentity of(NodeConfig config) throws IOException, RaftStartException {
        Optional<JoinReply> joined = Joining.welcome(config.dataDirectory());
        if (joined.isPresent()) {
            return of(joined.get());
        }
        if (config.newCluster()) {
            Founding founding = RestoreMark.founding(config);
            return new NodeIdentity(
                    founding.clusterId(),
                    founding.member(config.name()).memberId(),
                    0,
                    Wiring.founders(founding),
                    founding.members().stream()
                            .map(founder -> new PeerMember(founder.memberId(), address(founder.peerUrl(), 0)))
                            .toList());
        }
        Optional<JoinReply> owner = Joining.owner(config.dataDirectory());
        return owner.isPresent() ? of(owner.get()) : of(join(config));
    }

    private static JoinReply join(NodeConfig config) throws IOException, RaftStartException {
        Joining.Asker asker = new Joining.Asker(
                config.advertisePeerUrl().url(),
                config.initialCluster().values().stream()
                        .filter(url -> !url.equals(config.advertisePeerUrl()))
                        .map(url -> address(url, 0))
                        .toList(),
                config.peerTls().map(Wiring::peerTls),
                MemberPublisher.FEATURE_LEVEL,
                ProductVersion.TEXT);
        return Joining.join(config.dataDirectory(), asker, JOIN_PATIENCE);
    }

    private static NodeIdentity of(JoinReply told) {
        List<MemberRecord> members = told.getMembersList().stream()
                .map(member -> MemberRecord.newBuilder()
                        .setMemberId(member.getMemberId())
                        .addPeerUrls(member.getPeerUrl())
                        .setIncarnation(member.getIncarnation())
                        .setLearner(member.getLearner())
                        .build())
                .toList();
        return new NodeIdentity(told.getClusterId(), told.getMemberId(), told.getIncarnation(), members, List.of());
    }

    static PeerAddress address(HostPort url, int incarnation) {
        return new PeerAddress(url.host(), url.port(), incarnation);
    }

    /** Where a member of the list is; what is in the list was checked before. */
    static PeerAddress address(MemberRecord member) {
        return address(HostPort.parse("peer-urls", member.getPeerUrls(0)), member.getIncarnation());
    }

    static GroupMembers group(List<MemberRecord> list, Set<Long> gone) {
        return new GroupMembers(
                list.stream()
                        .map(member -> new PeerMember(member.getMemberId(), address(member)))
                        .toList(),
                gone);
    }

    /** Where this node says that it is, which must be where the others look for it. */
    PeerAddress self(NodeConfig config, GroupMembers members) {
        PeerAddress own = address(config.advertisePeerUrl(), incarnation);
        members.find(memberId).filter(known -> !known.address().equals(own)).ifPresent(known -> {
            throw new ConfigException("--initial-advertise-peer-urls: \"" + config.advertisePeerUrl()
                    + "\" is not where this member belongs: the cluster knows it at "
                    + known.address().hostPort());
        });
        return own;
    }
}
