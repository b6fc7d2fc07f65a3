package io.lockstep.node;

import io.lockstep.node.raft.PeerLinkGate;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What a test may do to a node: stop it for a while, cut it off from members, or have it crash. Costs a node that is left
 * alone one volatile read per message of a peer. Any thread; may block for as long as the node takes to notice.
 */
public final class NodeFaults {
    private final KvNode node;
    private final Cut cut;

    /** Guarded by this: set while the node is paused. */
    private @Nullable CountDownLatch pause;

    private boolean over;

    NodeFaults(KvNode node, Cut cut) {
        this.node = node;
        this.cut = cut;
    }

    /**
     * Stops every thread of the node that hears or speaks, answers or applies, until {@link #resume}: to others it looks
     * like a process that was stopped, and what they send meanwhile is heard then. Unlike that, its consensus still tells
     * the time, so a leader may already know on its resumption that it is none any more.
     */
    public synchronized void pause() {
        if (pause == null && !over) {
            pause = new CountDownLatch(1);
            node.hold(pause);
        }
    }

    /** Ends a pause, if there is one. */
    public synchronized void resume() {
        if (pause != null) {
            pause.countDown();
            pause = null;
        }
    }

    /**
     * From now on nothing passes between this node and these members, either way; whatever was cut before and is not named
     * passes again. What does not pass is lost without a word. The other members must be told the same if nothing of
     * theirs is to be answered, and connections to be found dead by both.
     */
    public void cutOff(Set<Long> memberIds) {
        cut.from(memberIds);
    }

    /**
     * Ends the node as a crash would: no leadership is handed over, no call is answered, the state is not flushed and is
     * found by the next start as its last flush left it. Unlike {@code kill -9}, what was written to files is complete,
     * and connections end with a word instead of silence. Blocks until the data directory is free.
     */
    public void crash() {
        cut.fromAll();
        node.crash();
    }

    /** The node closes: no pause may hold it up. */
    synchronized void end() {
        over = true;
        resume();
    }

    /** Who is out of reach. Tests write, the peer port's threads read. */
    static final class Cut implements PeerLinkGate {
        private static final long[] NOBODY = {};

        private volatile long[] members = NOBODY;
        private volatile boolean all;

        @Override
        public boolean isOpen(long memberId) {
            for (long member : members) {
                if (member == memberId) {
                    return false;
                }
            }
            return !all;
        }

        void from(Set<Long> memberIds) {
            members = memberIds.stream().mapToLong(Long::longValue).toArray();
        }

        void fromAll() {
            all = true;
        }
    }
}
