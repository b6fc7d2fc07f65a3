package io.lockstep.node.watch;

/**
 * What metrics show of watching.
 *
 * @param unsynced watchers that read history
 * @param slowCount how often a watcher fell behind because its client took nothing
 * @param eventCount events that were sent, each once for each watcher
 */
public record WatchStats(int streams, int watchers, int unsynced, long slowCount, long eventCount) {
    static final WatchStats NONE = new WatchStats(0, 0, 0, 0, 0);
}
