package io.lockstep.node.raft;

import io.lockstep.node.error.KvException;

/** The end of one ReadIndex round. Called once, on a thread of the group: hand off at once. */
public interface ReadIndexListener {
    /** This member's visible state now holds every write that was acknowledged before the round began. */
    void ready();

    void failed(KvException.Failed why);
}
