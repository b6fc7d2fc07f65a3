package io.lockstep.jepsen.history;

/** What a read was asked to see. */
public enum Consistency {
    LINEARIZABLE,
    /** Any past state, as etcd's serializable reads give it. */
    STALE,
    /** A state that is at most {@link #BOUND_MILLIS} old, or a linearizable read. */
    BOUNDED;

    public static final long BOUND_MILLIS = 300;
}
