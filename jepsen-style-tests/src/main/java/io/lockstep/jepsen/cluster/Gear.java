package io.lockstep.jepsen.cluster;

/** What members are started with for a fault that works from inside them. */
public enum Gear {
    /** They stop themselves between two steps of a read, once asked to. */
    STEP_STOPS,
    /** Their monotonic clocks can be made to run at another rate. */
    CLOCKS
}
