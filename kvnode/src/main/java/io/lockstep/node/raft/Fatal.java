package io.lockstep.node.raft;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends the node once, for the first reason that is given: no vote and no answer after it. */
final class Fatal {
    private static final Logger LOG = LoggerFactory.getLogger(Fatal.class);

    private final String who;
    private final FatalHandler handler;
    private final Runnable stop;
    // Any thread may find the first error.
    private final AtomicBoolean reported = new AtomicBoolean();
    private volatile boolean closing;

    Fatal(String who, FatalHandler handler, Runnable stop) {
        this.who = who;
        this.handler = handler;
        this.stop = stop;
    }

    boolean isReported() {
        return reported.get();
    }

    /** From now on errors are what a shutdown looks like. */
    void closing() {
        closing = true;
    }

    void report(String what, @Nullable Throwable cause) {
        if (closing || !reported.compareAndSet(false, true)) {
            return;
        }
        LOG.error("{} stops: {}", who, what, cause);
        Thread stopper = new Thread(stop, "raft-fatal-stop");
        stopper.setDaemon(true);
        stopper.start();
        try {
            handler.onFatal(what, cause);
        } catch (RuntimeException e) {
            LOG.error("the fatal handler failed", e);
        }
    }
}
