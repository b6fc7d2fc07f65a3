package io.lockstep.node.watch;

import io.lockstep.node.mvcc.ChangeChunk;
import java.time.Duration;

/**
 * The bounds of watching.
 *
 * @param maxQueuedBytes changes that wait for the watch thread; beyond it they are let go, and all watchers go on from disk
 * @param history how much is read back at a time
 * @param maxRecentChanges changes kept in memory for watchers that have almost caught up
 * @param maxRecentBytes likewise
 * @param messageBytes an answer is closed at the next revision beyond this
 * @param fragmentBytes a larger answer is cut within a revision, if its watcher asked for that
 * @param progressInterval how long a watcher that asked for progress goes without any answer; up to a tenth is added
 */
public record WatchLimits(
        long maxQueuedBytes,
        ChangeChunk.Limit history,
        int maxRecentChanges,
        long maxRecentBytes,
        int messageBytes,
        int fragmentBytes,
        Duration progressInterval) {
    public static WatchLimits of(int maxMessageBytes, Duration progressInterval) {
        return new WatchLimits(
                32L << 20,
                new ChangeChunk.Limit(10_000, 1 << 20),
                4096,
                4L << 20,
                Math.min(1 << 20, maxMessageBytes),
                maxMessageBytes,
                progressInterval);
    }
}
