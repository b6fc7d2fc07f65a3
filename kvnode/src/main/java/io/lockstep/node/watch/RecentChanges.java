package io.lockstep.node.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * The newest changes, for watchers that come back from reading history just when more has happened: without it they would
 * run after a busy store for ever. Watch thread only.
 */
final class RecentChanges {
    private final int maxChanges;
    private final long maxBytes;
    private final Deque<WatchEvent> events = new ArrayDeque<>();
    private long bytes;
    /** Everything behind this revision is here. */
    private long after;

    RecentChanges(int maxChanges, long maxBytes) {
        this.maxChanges = maxChanges;
        this.maxBytes = maxBytes;
    }

    void add(WatchEvent event) {
        events.addLast(event);
        bytes += event.change().sizeBytes();
        while (events.size() > maxChanges || bytes > maxBytes) {
            WatchEvent oldest = events.removeFirst();
            bytes -= oldest.change().sizeBytes();
            after = oldest.revision();
        }
    }

    /** Begins anew: nothing at or before this revision is here. */
    void restart(long revision) {
        events.clear();
        bytes = 0;
        after = revision;
    }

    boolean holdsAllFrom(long revision) {
        return revision > after;
    }

    void forEachFrom(long revision, Consumer<WatchEvent> action) {
        for (WatchEvent event : events) {
            if (event.revision() >= revision) {
                action.accept(event);
            }
        }
    }
}
