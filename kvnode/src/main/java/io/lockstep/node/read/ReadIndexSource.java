package io.lockstep.node.read;

import io.lockstep.node.error.KvException;

/** What the gate needs of the raft group. */
public interface ReadIndexSource {
    /** Whether a leader is known now. */
    boolean hasLeader();

    /**
     * Starts one ReadIndex round (Raft thesis §6.4) with a context of its own. The listener is called at most once, on
     * a thread of the log.
     */
    void readIndex(Listener listener);

    interface Listener {
        /** This node has applied every entry that was committed when the round began. */
        void ready();

        void failed(KvException failure);
    }
}
