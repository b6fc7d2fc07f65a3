package io.lockstep.bench.load;

/** A load that runs until it is stopped; completions go into the window that was set last. */
interface Loop {
    void start();

    void recordInto(Window window);

    /** Begins no more calls and waits for those outstanding, up to their deadline. */
    void stop() throws InterruptedException;
}
