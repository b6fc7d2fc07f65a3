package io.lockstep.jepsen.history;

/** What a read was asked to see. */
public enum Consistency {
    LINEARIZABLE,
    /** Any past state, as etcd's serializable reads give it. */
    STALE
}
