package io.lockstep.bench.load;

/**
 * A load that runs until it is stopped. A call counts in the window that was set when it began, however late it completes: a call that hangs
 * beyond the end of the measured time must not vanish from it.
 */
interface Loop {
    void start();

    void recordInto(Window window);

    /** Begins no more calls and waits for those outstanding, up to their deadline; after that no window changes. */
    void stop() throws InterruptedException;
}
