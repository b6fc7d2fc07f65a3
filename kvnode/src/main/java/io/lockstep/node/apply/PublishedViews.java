package io.lockstep.node.apply;

import io.lockstep.node.mvcc.DatabaseView;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.storage.Snapshot;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The newest view, and those before it that somebody still holds. A view pins its snapshot, and with it everything that
 * compaction would like to drop, so one that is held for too long after its time is cut off.
 */
final class PublishedViews {
    private record Superseded(DatabaseView view, long atNanos) {}

    private final LongSupplier nanoTime;
    private final long maxAgeNanos;
    /** Written by the apply thread, read by whoever acquires. */
    private volatile @Nullable DatabaseView newest;
    /** Oldest first; shared by the apply thread and the one that drives {@link #cutOffOld}, hence synchronized. */
    private final Deque<Superseded> superseded = new ArrayDeque<>();

    PublishedViews(LongSupplier nanoTime, long maxAgeNanos) {
        this.nanoTime = nanoTime;
        this.maxAgeNanos = maxAgeNanos;
    }

    /** Takes over the caller's hold. */
    synchronized void publish(DatabaseView view) {
        DatabaseView before = newest;
        newest = view;
        if (before != null) {
            before.release();
            if (!before.isOver()) {
                superseded.addLast(new Superseded(before, nanoTime.getAsLong()));
            }
        }
        while (!superseded.isEmpty() && superseded.peekFirst().view().isOver()) {
            superseded.removeFirst();
        }
    }

    /** Puts a younger snapshot of the same state in the newest view's place. */
    synchronized void refresh(Supplier<Snapshot> snapshot) {
        DatabaseView view = newest;
        if (view != null) {
            publish(view.on(snapshot.get()));
        }
    }

    /** Not acquired: for what can be asked of a view that may be let go at any moment. */
    ReadView newest() {
        DatabaseView view = newest;
        if (view == null) {
            throw new IllegalStateException("the state is closed");
        }
        return view;
    }

    ReadView acquire() {
        while (true) {
            DatabaseView view = newest;
            if (view == null) {
                throw new IllegalStateException("the state is closed");
            }
            // Fails only if a newer one was published in between.
            if (view.tryAcquire()) {
                return view;
            }
        }
    }

    /** Views that were replaced long ago and are still held end here. */
    synchronized void cutOffOld() {
        long now = nanoTime.getAsLong();
        while (!superseded.isEmpty()) {
            Superseded oldest = superseded.peekFirst();
            if (!oldest.view().isOver() && now - oldest.atNanos() <= maxAgeNanos) {
                return;
            }
            oldest.view().cutOff();
            superseded.removeFirst();
        }
    }

    synchronized void close() {
        DatabaseView last = newest;
        newest = null;
        if (last != null) {
            last.cutOff();
            last.release();
        }
        superseded.forEach(old -> old.view().cutOff());
        superseded.clear();
    }
}
