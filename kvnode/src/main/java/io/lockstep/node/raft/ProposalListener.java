package io.lockstep.node.raft;

import io.lockstep.node.error.KvException;

/** What became of a proposal. Called at most once, on a thread of the group: hand off at once. */
public interface ProposalListener {
    /** Committed, and applied on this member. */
    void committed();

    /** Definitely not in the log, now or ever. */
    void failed(KvException.Failed why);

    /** May be in the log, or may yet be committed by another leader. */
    void unknown(KvException.Unknown why);
}
