package io.lockstep.node.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Watchers of the same keys: each knows its place, so that one of very many is removed at no cost. */
final class WatcherList {
    private final List<Watcher> watchers = new ArrayList<>(1);

    void add(Watcher watcher) {
        watcher.slot = watchers.size();
        watchers.add(watcher);
    }

    void remove(Watcher watcher) {
        Watcher last = watchers.remove(watchers.size() - 1);
        if (last != watcher) {
            watchers.set(watcher.slot, last);
            last.slot = watcher.slot;
        }
    }

    boolean isEmpty() {
        return watchers.isEmpty();
    }

    void forEach(Consumer<Watcher> action) {
        watchers.forEach(action);
    }
}
