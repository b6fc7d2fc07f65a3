package io.lockstep.node.watch;

import io.lockstep.api.WatchResponse;

/** Where the answers of one stream go. Called by the watch thread; must not block. */
public interface WatchOutlet {
    /** Whether events may be sent now. Once it was false, {@link WatchStream#onReady} says when that changes. */
    boolean isReady();

    /** @param revision for the answer's header */
    void send(WatchResponse.Builder answer, long revision);

    /** The stream can't go on; no more answers. */
    void fail(Throwable failure);
}
