package io.lockstep.jepsen.history;

/** What a read was asked to see. */
public enum Consistency {
    LINEARIZABLE,
    /** Any past state, as etcd's serializable reads give it. */
    STALE,
    /** A state that is at most {@link #BOUND_MILLIS} old, or a linearizable read. */
    BOUNDED,
    /** A state of the asked member that is at most {@link #BOUND_MILLIS} old, or nothing. */
    BOUNDED_HERE,
    /** What the client's session has seen, at least. */
    SESSION;

    public static final long BOUND_MILLIS = 300;

    /** Whether it has a bound that must be kept. */
    public boolean isBounded() {
        return this == BOUNDED || this == BOUNDED_HERE;
    }
}
