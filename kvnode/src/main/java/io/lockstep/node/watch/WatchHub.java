package io.lockstep.node.watch;

import io.lockstep.node.apply.AppliedChanges;
import io.lockstep.node.mvcc.KeyChange;
import io.lockstep.node.mvcc.ReadView;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads around {@link WatchCore}. The apply thread leaves each batch in a queue and goes on: if that is full, the
 * batch is let go, and the watchers read it from disk. What clients ask for is bounded by the requests that a stream may
 * have in hand.
 */
public final class WatchHub implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WatchHub.class);
    private static final long TICK_MILLIS = 100;
    private static final long RETRY_MILLIS = 200;

    private final WatchLimits limits;
    private final Supplier<ReadView> views;
    private WatchCore core;
    private final ScheduledExecutorService thread = daemon("lockstep-watch");
    private final ScheduledExecutorService reads = daemon("lockstep-watch-reads");
    private final Set<WatchStream> streams = ConcurrentHashMap.newKeySet();

    private final Queue<AppliedChanges> batches = new ConcurrentLinkedQueue<>();
    /** The apply thread adds, the watch thread takes off. */
    private final AtomicLong queuedBytes = new AtomicLong();
    /** Set by the apply thread, cleared by the watch thread: at most one task to empty the queue waits. */
    private final AtomicBoolean draining = new AtomicBoolean();
    /** Set by the apply thread, cleared by the watch thread. */
    private final AtomicBoolean lost = new AtomicBoolean();
    /** Written by the watch thread before it reads the newest revision for a first watcher, read by the apply thread. */
    private volatile boolean watched;
    /** Written by the watch thread, read by whoever asks for metrics. */
    private volatile WatchStats stats = WatchStats.NONE;

    /** @param views the newest view, acquired; asked once a watcher is there */
    public WatchHub(WatchLimits limits, Supplier<ReadView> views) {
        this.limits = limits;
        this.views = views;
        this.core = newCore();
        thread.scheduleWithFixedDelay(
                () -> run(now -> now.tick(System.nanoTime())), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private WatchCore newCore() {
        return new WatchCore(
                limits, this::revision, bound -> ThreadLocalRandom.current().nextLong(bound));
    }

    private static ScheduledExecutorService daemon(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    private long revision() {
        ReadView view = views.get();
        try {
            return view.revision();
        } finally {
            view.release();
        }
    }

    /** By the apply thread, after the batch is visible. */
    public void onChanges(AppliedChanges changes) {
        if (!watched || changes.to() == changes.after()) {
            return;
        }
        long bytes = sizeBytes(changes);
        if (queuedBytes.get() + bytes > limits.maxQueuedBytes()) {
            lost.set(true);
        } else {
            queuedBytes.addAndGet(bytes);
            batches.add(changes);
        }
        startDraining();
    }

    /** By the apply thread, after a snapshot's state is visible. */
    public void onStateReplaced() {
        lost.set(true);
        startDraining();
    }

    private void startDraining() {
        if (draining.compareAndSet(false, true)) {
            submit(this::drain);
        }
    }

    private static long sizeBytes(AppliedChanges changes) {
        long bytes = 0;
        for (KeyChange change : changes.changes()) {
            bytes += change.sizeBytes();
        }
        return bytes;
    }

    private void drain(WatchCore to) {
        draining.set(false);
        if (lost.getAndSet(false)) {
            // What waits is older than what was let go; it will be read from disk with that.
            for (AppliedChanges waiting = batches.poll(); waiting != null; waiting = batches.poll()) {
                queuedBytes.addAndGet(-sizeBytes(waiting));
            }
            to.lost();
            return;
        }
        for (AppliedChanges next = batches.poll(); next != null; next = batches.poll()) {
            queuedBytes.addAndGet(-sizeBytes(next));
            to.changes(next);
        }
    }

    /** Any thread. */
    public WatchStream open(WatchOutlet outlet) {
        WatchStream stream = new WatchStream(this, outlet);
        streams.add(stream);
        return stream;
    }

    /** Has it done by the watch thread, in the order of the calls; complete when done, or when the hub is closed. */
    CompletableFuture<?> submit(Consumer<WatchCore> task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try {
            thread.execute(() -> {
                try {
                    run(task);
                } finally {
                    done.complete(null);
                }
            });
        } catch (RejectedExecutionException closed) {
            done.complete(null);
        }
        return done;
    }

    private void run(Consumer<WatchCore> task) {
        try {
            watched = true;
            task.accept(core);
            startReading();
            watched = core.watchers() > 0;
            stats = new WatchStats(
                    streams.size(), core.watchers(), core.unsynced(), core.slowCount(), core.eventCount());
        } catch (RuntimeException | Error e) {
            stop(e);
        }
    }

    /** A bug: who knows what watchers missed. They are told that it ends here, and begin anew elsewhere. */
    private void stop(Throwable bug) {
        LOG.error("watching failed, all watches end", bug);
        streams.forEach(stream -> stream.fail(bug));
        streams.clear();
        core = newCore();
    }

    private void startReading() {
        CatchUp next = core.nextCatchUp();
        if (next != null) {
            reads.execute(() -> read(next));
        }
    }

    private void read(CatchUp asked) {
        ReadView view = views.get();
        try {
            CatchUp.Found found = asked.read(view, limits.history());
            submit(to -> to.caughtUp(found));
        } catch (RuntimeException e) {
            LOG.warn("history can't be read for watches, they try again", e);
            CatchUp.Found nothing = asked.nothing(view.compactRevision());
            reads.schedule(() -> submit(to -> to.caughtUp(nothing)), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } finally {
            view.release();
        }
    }

    void forget(WatchStream stream) {
        streams.remove(stream);
    }

    public WatchStats stats() {
        return stats;
    }

    /** Ends all; streams are ended by who opened them. Before the state closes. */
    @Override
    public void close() {
        thread.shutdownNow();
        reads.shutdownNow();
        try {
            thread.awaitTermination(1, TimeUnit.SECONDS);
            reads.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
