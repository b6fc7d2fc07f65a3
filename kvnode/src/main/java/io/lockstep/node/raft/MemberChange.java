package io.lockstep.node.raft;

/** One step of the Raft configuration. Never two voters at once: reads would ask a majority of the new one only. */
public enum MemberChange {
    ADD_LEARNER,
    REMOVE_LEARNER,
    ADD_VOTER,
    REMOVE_VOTER
}
