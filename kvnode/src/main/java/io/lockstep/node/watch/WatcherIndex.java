package io.lockstep.node.watch;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Which watchers to tell of a key: at the cost of those that are told, not of all there are. One thread at a time. */
final class WatcherIndex {
    private final Map<ByteString, WatcherList> byKey = new HashMap<>();
    private final RangeTree ranges = new RangeTree();
    private int size;

    void add(Watcher watcher) {
        size++;
        if (watcher.range.single()) {
            byKey.computeIfAbsent(watcher.range.key(), key -> new WatcherList()).add(watcher);
        } else {
            ranges.add(watcher);
        }
    }

    void remove(Watcher watcher) {
        size--;
        if (!watcher.range.single()) {
            ranges.remove(watcher);
            return;
        }
        WatcherList list = byKey.get(watcher.range.key());
        if (list == null) {
            throw new IllegalStateException("the watcher's key is not in the index");
        }
        list.remove(watcher);
        if (list.isEmpty()) {
            byKey.remove(watcher.range.key());
        }
    }

    void forEachOf(ByteString key, Consumer<Watcher> action) {
        WatcherList list = byKey.get(key);
        if (list != null) {
            list.forEach(action);
        }
        ranges.forEachHolding(key, action);
    }

    void forEach(Consumer<Watcher> action) {
        byKey.values().forEach(list -> list.forEach(action));
        ranges.forEach(action);
    }

    boolean holds(ByteString key) {
        boolean[] found = new boolean[1];
        forEachOf(key, watcher -> found[0] = true);
        return found[0];
    }

    int size() {
        return size;
    }
}
