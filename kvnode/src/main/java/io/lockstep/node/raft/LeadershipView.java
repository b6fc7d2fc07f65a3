package io.lockstep.node.raft;

import com.alipay.sofa.jraft.entity.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who leads, as the apply thread was told; the apply thread writes, everybody reads. */
final class LeadershipView {
    private static final Logger LOG = LoggerFactory.getLogger(LeadershipView.class);

    private final long self;
    private final RaftListener listener;
    private final Map<PeerId, Long> memberIds;
    private final List<Runnable> changeHooks = new ArrayList<>();
    private volatile RaftLeadership current = new RaftLeadership(0, 0, false);

    LeadershipView(RaftConfig config, RaftListener listener) {
        this.self = config.memberId();
        this.listener = listener;
        this.memberIds = config.initialMembers().stream()
                .collect(Collectors.toMap(
                        member -> new PeerId(
                                member.address().host(),
                                member.address().port(),
                                member.address().incarnation()),
                        PeerMember::memberId,
                        (a, b) -> a,
                        ConcurrentHashMap::new));
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

    void leading(long term) {
        change(new RaftLeadership(self, term, true));
        tell(() -> listener.onLeaderStart(term));
    }

    void notLeading() {
        change(current.lost());
        tell(listener::onLeaderStop);
    }

    void following(PeerId leader, long term) {
        change(new RaftLeadership(memberIds.getOrDefault(leader, 0L), term, false));
    }

    void leaderless() {
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
