package io.lockstep.node.raft;

import com.alipay.sofa.jraft.entity.PeerId;
import io.lockstep.node.raft.transport.PeerIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who leads, as the apply thread was told; the apply thread writes, everybody reads. Its methods that write are synchronized
 * for the one moment at the start when the member list is told by the thread that starts the node.
 */
final class LeadershipView {
    private static final Logger LOG = LoggerFactory.getLogger(LeadershipView.class);

    private final long self;
    private final RaftListener listener;
    private volatile Map<PeerId, Long> memberIds;
    private final List<Runnable> changeHooks = new ArrayList<>();
    // Guarded by this: whom this member follows, by JRaft's name.
    private @Nullable PeerId followed;
    private long followedTerm;
    private volatile RaftLeadership current = new RaftLeadership(0, 0, false);

    LeadershipView(RaftConfig config, RaftListener listener) {
        this.self = config.memberId();
        this.listener = listener;
        this.memberIds = idsOf(config.members());
    }

    private static Map<PeerId, Long> idsOf(GroupMembers members) {
        return members.members().stream()
                .collect(Collectors.toMap(
                        member -> PeerIds.of(member.address()), PeerMember::memberId, (a, b) -> a, HashMap::new));
    }

    /** A leader that was not known by name before is from now on. */
    synchronized void members(GroupMembers members) {
        memberIds = idsOf(members);
        if (followed != null && !current.isKnown()) {
            following(followed, followedTerm);
        }
    }

    /** Run on every change, before the listener hears of it. Registered before the group starts. */
    void onChange(Runnable hook) {
        changeHooks.add(hook);
    }

    RaftLeadership current() {
        return current;
    }

    boolean leads() {
        return current.self();
    }

    synchronized void leading(long term) {
        followed = null;
        change(new RaftLeadership(self, term, true));
        tell(() -> listener.onLeaderStart(term));
    }

    synchronized void notLeading() {
        change(current.lost());
        tell(listener::onLeaderStop);
    }

    synchronized void following(PeerId leader, long term) {
        followed = leader;
        followedTerm = term;
        change(new RaftLeadership(memberIds.getOrDefault(leader, 0L), term, false));
    }

    synchronized void leaderless() {
        followed = null;
        change(current.lost());
    }

    private void change(RaftLeadership next) {
        if (next.equals(current)) {
            return;
        }
        current = next;
        if (next.isKnown()) {
            LOG.info("member {} leads in term {}", Long.toHexString(next.leaderId()), next.term());
        }
        changeHooks.forEach(Runnable::run);
        tell(() -> listener.onLeaderChanged(next.leaderId(), next.term()));
    }

    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            // A listener must not stop the apply thread.
            LOG.error("a leadership listener failed", e);
        }
    }
}
