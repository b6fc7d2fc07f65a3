package io.lockstep.node.watch;

import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.node.apply.AppliedChanges;
import io.lockstep.node.error.KvError;
import io.lockstep.node.mvcc.KeyChange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who is told what, in which order. A watcher is synced, and gets each batch as it comes; or unsynced, and history is read
 * for it from the first revision that it was not told of, until it has caught up. It becomes unsynced when its client does
 * not take what is sent, when a batch was let go because too many waited, and when a snapshot replaced the state: in each
 * case its own cursor says where it goes on, so nothing is lost, doubled or reordered (invariant I7). Only a compaction
 * beyond that cursor ends it, and says so.
 *
 * <p>Nothing here knows threads or time: one thread calls, and what has to be read is asked for by {@link #nextCatchUp} and
 * brought by {@link #caughtUp}.
 */
final class WatchCore {
    private static final long NO_WATCHER = -1;

    private final WatchLimits limits;
    private final LongSupplier revision;
    private final Jitter jitter;
    private final Delivery delivery;
    private final WatcherIndex synced = new WatcherIndex();
    /** Those that wait for their turn, first come, first served. */
    private final Set<Watcher> unsynced = new LinkedHashSet<>();
    /** Those that asked to be told how far they are. */
    private final Set<Watcher> progressing = new LinkedHashSet<>();

    private final RecentChanges recent;
    private final List<Watcher> touched = new ArrayList<>();
    /** Synced watchers were told of everything up to here. */
    private long syncedTo;

    private boolean reading;
    private int watchers;
    private long slowCount;
    private long eventCount;

    /** Spreads what would otherwise come at the same time. */
    interface Jitter {
        /** From 0 up to the bound. */
        long below(long bound);
    }

    /** @param revision of the newest view */
    WatchCore(WatchLimits limits, LongSupplier revision, Jitter jitter) {
        this.limits = limits;
        this.revision = revision;
        this.jitter = jitter;
        this.delivery = new Delivery(limits);
        this.recent = new RecentChanges(limits.maxRecentChanges(), limits.maxRecentBytes());
    }

    int watchers() {
        return watchers;
    }

    int unsynced() {
        return watchers - synced.size();
    }

    /** How often a watcher fell behind because its client took nothing. */
    long slowCount() {
        return slowCount;
    }

    long eventCount() {
        return eventCount;
    }

    void create(WatchStream stream, WatchCreateRequest request) {
        if (stream.over) {
            return;
        }
        long now = revision.getAsLong();
        WatchRange range = WatchRange.of(request.getKey(), request.getRangeEnd());
        if (request.getStartRevision() < 0) {
            refuse(stream, now, KvError.COMPACTED.text());
        } else if (range.isEmpty()) {
            refuse(stream, now, "mvcc: watcher range is empty");
        } else if (request.getWatchId() != 0 && stream.watchers.containsKey(request.getWatchId())) {
            refuse(stream, now, "mvcc: duplicate watch ID provided on the WatchStream");
        } else {
            long next = request.getStartRevision() == 0 ? now + 1 : request.getStartRevision();
            add(new Watcher(stream, stream.idFor(request.getWatchId()), range, request, next), now);
        }
    }

    void refuse(WatchStream stream, String reason) {
        if (!stream.over) {
            refuse(stream, revision.getAsLong(), reason);
        }
    }

    private static void refuse(WatchStream stream, long now, String reason) {
        stream.send(
                WatchResponse.newBuilder()
                        .setWatchId(NO_WATCHER)
                        .setCreated(true)
                        .setCanceled(true)
                        .setCancelReason(reason),
                now);
    }

    private void add(Watcher watcher, long now) {
        if (watchers == 0 && now > syncedTo) {
            // Nobody was told of anything, so nobody misses what came before.
            syncedTo = now;
            recent.restart(now);
        }
        watchers++;
        watcher.stream.watchers.put(watcher.id, watcher);
        watcher.stream.send(WatchResponse.newBuilder().setWatchId(watcher.id).setCreated(true), now);
        if (watcher.progress) {
            progressing.add(watcher);
        }
        place(watcher);
    }

    /** Where its cursor says it belongs. */
    private void place(Watcher watcher) {
        if (watcher.next > syncedTo) {
            watcher.state = Watcher.State.SYNCED;
            synced.add(watcher);
        } else {
            watcher.state = Watcher.State.UNSYNCED;
            unsynced.add(watcher);
        }
    }

    void cancel(WatchStream stream, long id) {
        Watcher watcher = stream.watchers.get(id);
        if (watcher != null) {
            remove(watcher);
            stream.send(WatchResponse.newBuilder().setWatchId(id).setCanceled(true), revision.getAsLong());
        }
    }

    private void remove(Watcher watcher) {
        watcher.stream.watchers.remove(watcher.id);
        forget(watcher);
    }

    private void forget(Watcher watcher) {
        switch (watcher.state) {
            case SYNCED -> synced.remove(watcher);
            case UNSYNCED -> unsynced.remove(watcher);
            case BLOCKED -> watcher.stream.blocked.remove(watcher);
            case READING -> {}
            case GONE -> throw new IllegalStateException("a watcher ends once");
        }
        progressing.remove(watcher);
        watcher.state = Watcher.State.GONE;
        watcher.takePending();
        watchers--;
    }

    void close(WatchStream stream) {
        if (!stream.over) {
            stream.over = true;
            stream.watchers.values().forEach(this::forget);
            stream.watchers.clear();
        }
    }

    /** etcd's rule: one answer for the whole stream, only while all of it is up to date and none waits for the future. */
    void progress(WatchStream stream) {
        if (stream.over || stream.watchers.isEmpty()) {
            return;
        }
        for (Watcher watcher : stream.watchers.values()) {
            if (!mayTellProgress(watcher)) {
                return;
            }
        }
        stream.send(WatchResponse.newBuilder().setWatchId(NO_WATCHER), syncedTo);
    }

    private boolean mayTellProgress(Watcher watcher) {
        return watcher.state == Watcher.State.SYNCED && watcher.startRevision <= syncedTo;
    }

    /** Tells those that heard nothing for long. The clock is {@link System#nanoTime}'s. */
    void tick(long nowNanos) {
        for (Watcher watcher : progressing) {
            if (watcher.progressDueNanos == 0) {
                watcher.progressDueNanos = nextProgress(nowNanos);
            } else if (nowNanos - watcher.progressDueNanos >= 0
                    && mayTellProgress(watcher)
                    && watcher.stream.isReady()) {
                watcher.stream.send(WatchResponse.newBuilder().setWatchId(watcher.id), syncedTo);
                watcher.progressDueNanos = nextProgress(nowNanos);
            }
        }
    }

    private long nextProgress(long nowNanos) {
        long interval = limits.progressInterval().toNanos();
        return nowNanos + interval + jitter.below(interval / 10 + 1);
    }

    /** One batch, in the order of the log. */
    void changes(AppliedChanges batch) {
        if (batch.to() <= syncedTo) {
            return;
        }
        if (batch.after() > syncedTo) {
            demoteAll();
            recent.restart(batch.after());
        }
        long before = syncedTo;
        syncedTo = batch.to();
        for (KeyChange change : batch.changes()) {
            if (change.revision() > before) {
                WatchEvent event = new WatchEvent(change);
                recent.add(event);
                synced.forEachOf(change.key(), watcher -> offer(watcher, event));
            }
        }
        for (Watcher watcher : touched) {
            deliverLive(watcher);
        }
        touched.clear();
    }

    private void offer(Watcher watcher, WatchEvent event) {
        if (watcher.offer(event)) {
            touched.add(watcher);
        }
    }

    private void deliverLive(Watcher watcher) {
        List<WatchEvent> events = watcher.takePending();
        watcher.next = deliver(watcher, events, events.get(events.size() - 1).revision());
        if (watcher.next <= events.get(events.size() - 1).revision()) {
            slowCount++;
            synced.remove(watcher);
            watcher.state = Watcher.State.UNSYNCED;
            unsynced.add(watcher);
        }
    }

    private long deliver(Watcher watcher, List<WatchEvent> events, long to) {
        eventCount += events.size();
        watcher.progressDueNanos = 0;
        return delivery.send(watcher, events, to);
    }

    /** Batches were let go: from here on nobody is synced any more. */
    void lost() {
        demoteAll();
        syncedTo = Math.max(syncedTo, revision.getAsLong());
        recent.restart(syncedTo);
    }

    /** A snapshot replaced the state; batches up to it never came. */
    void stateReplaced() {
        lost();
    }

    private void demoteAll() {
        List<Watcher> all = new ArrayList<>(synced.size());
        synced.forEach(all::add);
        for (Watcher watcher : all) {
            synced.remove(watcher);
            watcher.next = Math.max(watcher.next, syncedTo + 1);
            watcher.state = Watcher.State.UNSYNCED;
            unsynced.add(watcher);
        }
    }

    /** Its client takes events again. */
    void ready(WatchStream stream) {
        for (Watcher watcher : stream.blocked) {
            watcher.state = Watcher.State.UNSYNCED;
            unsynced.add(watcher);
        }
        stream.blocked.clear();
    }

    /** What should be read next; null: nobody needs it now, or the last one is not back yet. */
    @Nullable
    CatchUp nextCatchUp() {
        if (reading) {
            return null;
        }
        long from = Long.MAX_VALUE;
        List<Watcher> group = new ArrayList<>();
        for (Iterator<Watcher> all = unsynced.iterator(); all.hasNext(); ) {
            Watcher watcher = all.next();
            if (!watcher.stream.isReady()) {
                all.remove();
                watcher.state = Watcher.State.BLOCKED;
                watcher.stream.blocked.add(watcher);
                continue;
            }
            if (group.isEmpty()) {
                from = watcher.next;
            }
            if (watcher.next >= from) {
                watcher.state = Watcher.State.READING;
                group.add(watcher);
                all.remove();
            }
        }
        reading = !group.isEmpty();
        return reading ? new CatchUp(from, group) : null;
    }

    /** What was asked for by {@link #nextCatchUp}. */
    void caughtUp(CatchUp.Found found) {
        reading = false;
        long to = found.chunk().to();
        for (KeyChange change : found.chunk().changes()) {
            WatchEvent event = new WatchEvent(change);
            found.asked().index().forEachOf(change.key(), watcher -> {
                if (watcher.state == Watcher.State.READING) {
                    watcher.offer(event);
                }
            });
        }
        for (Watcher watcher : found.asked().watchers()) {
            if (watcher.state == Watcher.State.READING) {
                goOn(watcher, to, found.compactRevision());
            }
        }
    }

    private void goOn(Watcher watcher, long to, long compactRevision) {
        List<WatchEvent> events = watcher.takePending();
        if (watcher.next < compactRevision) {
            compacted(watcher, compactRevision);
            return;
        }
        if (watcher.next <= to) {
            watcher.next = events.isEmpty() ? to + 1 : deliver(watcher, events, to);
        }
        if (watcher.next <= syncedTo && recent.holdsAllFrom(watcher.next) && watcher.stream.isReady()) {
            recent.forEachFrom(watcher.next, event -> {
                if (watcher.range.contains(event.change().key())) {
                    watcher.offer(event);
                }
            });
            List<WatchEvent> rest = watcher.takePending();
            watcher.next = rest.isEmpty() ? syncedTo + 1 : deliver(watcher, rest, syncedTo);
        }
        place(watcher);
    }

    private void compacted(Watcher watcher, long compactRevision) {
        remove(watcher);
        watcher.stream.send(
                WatchResponse.newBuilder()
                        .setWatchId(watcher.id)
                        .setCanceled(true)
                        .setCompactRevision(compactRevision),
                0);
    }
}
