package io.lockstep.node.apply;

import io.lockstep.node.storage.Database;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a state does beside the apply thread: flushes, the physical work of compaction, and ending views that are held for
 * too long. Runs on a thread given from outside; each task is short or made of steps, so that flushes never wait long
 * behind a compaction.
 */
final class Housekeeping implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    private final FlushRule flushRule;
    private final LongSupplier nanoTime;
    private final Executor background;
    private final Supplier<LiveState> live;
    private final PublishedViews views;
    /** Set by whoever hands a flush to the background, cleared there: at most one waits. */
    private final AtomicBoolean flushQueued = new AtomicBoolean();
    /** Guarded by itself: waiters add, the background completes. */
    private final NavigableMap<Long, CompletableFuture<Void>> compactionWaiters = new TreeMap<>();

    private @Nullable HousekeepingThread ownThread;
    /** Set by close, read by background tasks, which then do nothing more. */
    private volatile boolean closed;

    Housekeeping(
            StateLimits limits,
            LongSupplier nanoTime,
            Executor background,
            Supplier<LiveState> live,
            PublishedViews views) {
        this.flushRule = new FlushRule(limits);
        this.nanoTime = nanoTime;
        this.background = background;
        this.live = live;
        this.views = views;
    }

    void ownThread(HousekeepingThread thread) {
        ownThread = thread;
    }

    void written(long bytes, long commands) {
        flushRule.written(bytes, commands, nanoTime.getAsLong());
        flushIfDue();
    }

    void tick() {
        flushIfDue();
        views.cutOffOld();
    }

    private void flushIfDue() {
        if (flushRule.isDue(nanoTime.getAsLong()) && flushQueued.compareAndSet(false, true)) {
            background.execute(() -> {
                flushQueued.set(false);
                if (!closed) {
                    flush();
                }
            });
        }
    }

    void flush() {
        flushRule.flushing();
        Database database = live.get().database();
        // An install may have replaced it this moment; then there is nothing left to flush in it.
        if (database.tryAcquire()) {
            try {
                database.flush();
            } finally {
                database.release();
            }
        }
    }

    /** Starts, or goes on with, the physical work up to a compact revision that is published. */
    void compactTo(LiveState state, long revision) {
        background.execute(() -> compactionStep(state, revision));
    }

    private void compactionStep(LiveState state, long revision) {
        if (closed || state != live.get() || !state.database().tryAcquire()) {
            return;
        }
        try {
            state.compactor().step(revision);
        } finally {
            state.database().release();
        }
        if (state.compactor().doneTo() < revision) {
            background.execute(() -> compactionStep(state, revision));
        } else {
            completeWaiters(Math.max(revision, state.compactor().doneTo()));
        }
    }

    CompletableFuture<Void> compacted(long revision) {
        synchronized (compactionWaiters) {
            if (live.get().compactor().doneTo() >= revision) {
                return CompletableFuture.completedFuture(null);
            }
            return compactionWaiters
                    .computeIfAbsent(revision, r -> new CompletableFuture<>())
                    .copy();
        }
    }

    private void completeWaiters(long revision) {
        NavigableMap<Long, CompletableFuture<Void>> done;
        synchronized (compactionWaiters) {
            NavigableMap<Long, CompletableFuture<Void>> reached = compactionWaiters.headMap(revision, true);
            done = new TreeMap<>(reached);
            reached.clear();
        }
        for (Map.Entry<Long, CompletableFuture<Void>> waiter : done.entrySet()) {
            waiter.getValue().complete(null);
        }
    }

    @Override
    public void close() {
        closed = true;
        if (ownThread != null) {
            ownThread.close();
        }
        log.debug("housekeeping of the state ended");
    }
}
