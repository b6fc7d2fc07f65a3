package io.lockstep.node.watch;

import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchCreateRequest.FilterType;
import java.util.ArrayList;
import java.util.List;

/** One watch of a stream. What can change belongs to the watch thread. */
final class Watcher {
    enum State {
        /** Told of each batch as it comes. */
        SYNCED,
        /** Behind; its next revision says where to go on reading. */
        UNSYNCED,
        /** Behind, and history is being read for it. */
        READING,
        /** Behind, and its client takes nothing. */
        BLOCKED,
        /** Cancelled, or its stream is over. */
        GONE
    }

    private static final List<WatchEvent> NONE = List.of();

    final WatchStream stream;
    final long id;
    final WatchRange range;
    /** As the client asked for; 0: from then on. */
    final long startRevision;

    final boolean previous;
    final boolean fragments;
    final boolean progress;
    private final boolean puts;
    private final boolean deletes;

    State state = State.UNSYNCED;
    /** The first revision that it was not told of yet; of a synced one it may be lower than it could be. */
    long next;
    /** When it is next told how far it is, if it asked for that. */
    long progressDueNanos;
    /** Of the batch or the piece of history under way. */
    List<WatchEvent> pending = NONE;
    /** Its place in the list of the index that it stands in. */
    int slot;

    Watcher(WatchStream stream, long id, WatchRange range, WatchCreateRequest request, long next) {
        this.stream = stream;
        this.id = id;
        this.range = range;
        this.startRevision = request.getStartRevision();
        this.previous = request.getPrevKv();
        this.fragments = request.getFragment();
        this.progress = request.getProgressNotify();
        this.puts = !request.getFiltersList().contains(FilterType.NOPUT);
        this.deletes = !request.getFiltersList().contains(FilterType.NODELETE);
        this.next = next;
    }

    /** True: the first of this round. */
    boolean offer(WatchEvent event) {
        if (event.revision() < next || !(event.isDeletion() ? deletes : puts)) {
            return false;
        }
        boolean first = pending.isEmpty();
        if (first) {
            pending = new ArrayList<>(1);
        }
        pending.add(event);
        return first;
    }

    List<WatchEvent> takePending() {
        List<WatchEvent> taken = pending;
        pending = NONE;
        return taken;
    }
}
