package io.lockstep.node.watch;

import io.lockstep.node.error.KvException;
import io.lockstep.node.mvcc.ChangeChunk;
import io.lockstep.node.mvcc.ChangeHistory;
import java.util.List;

/**
 * One piece of history, read for every watcher that can use it. Handed from the watch thread to the one that reads, and
 * back: meanwhile nobody else touches the watchers' place in an index.
 */
final class CatchUp {
    private final long from;
    private final List<Watcher> watchers;
    private final WatcherIndex index = new WatcherIndex();

    /** @param watchers all of them need nothing before this revision */
    CatchUp(long from, List<Watcher> watchers) {
        this.from = from;
        this.watchers = watchers;
    }

    /**
     * @param compactRevision what is older is gone
     * @param chunk empty and at the beginning: it was gone
     */
    record Found(CatchUp asked, long compactRevision, ChangeChunk chunk) {}

    /** On the thread that reads. */
    Found read(ChangeHistory view, ChangeChunk.Limit limit) {
        watchers.forEach(index::add);
        try {
            return new Found(this, view.compactRevision(), view.changes(from, limit, index::holds));
        } catch (KvException compacted) {
            if (from >= view.compactRevision()) {
                throw compacted;
            }
            return nothing(view.compactRevision());
        }
    }

    /** Nothing was read: all go on where they were. */
    Found nothing(long compactRevision) {
        return new Found(this, compactRevision, new ChangeChunk(from - 1, List.of()));
    }

    List<Watcher> watchers() {
        return watchers;
    }

    WatcherIndex index() {
        return index;
    }
}
