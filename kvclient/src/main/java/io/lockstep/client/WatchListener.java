package io.lockstep.client;

import io.lockstep.api.WatchResponse;

/**
 * Hears of changes, one answer after the other, on a thread that it may block: the next one is asked for when it returns, so
 * a slow listener holds nothing up but its own watch.
 */
public interface WatchListener {
    /** Whole revisions, in order, each once; or, without events, how far the watch is (the header's revision). */
    void onAnswer(WatchResponse answer);

    /** The watch is over: what it would go on with is compacted. One from this revision on is possible. */
    void onCompacted(WatchResponse answer);

    /** The watch is over: the server refuses it. */
    void onRefused(String reason);
}
