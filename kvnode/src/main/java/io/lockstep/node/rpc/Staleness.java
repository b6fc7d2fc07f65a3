package io.lockstep.node.rpc;

/** How far this node lags at most, as far as it can prove. Any thread; does not block. */
public interface Staleness {
    /** Instead of an age: nothing is proven. */
    long UNPROVEN = -1;

    /** What is proven now: taken before the view that it speaks of. */
    Proof newest();

    /** A caller wants to know the bound: it is worth keeping fresh. */
    void asked();

    /** That a view taken later holds everything acknowledged up to some moment. */
    @FunctionalInterface
    interface Proof {
        /** Milliseconds since that moment, rounded up; {@link #UNPROVEN} if it can't be known. */
        long ageMillis();
    }
}
