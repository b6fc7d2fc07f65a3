package io.lockstep.node.expiry;

import io.lockstep.node.lease.Lease;
import io.lockstep.node.lease.LeaseEvents;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * When each lease began to live anew, by this member's own monotonic clock: noted as the grant or the renewal is applied
 * here. So whoever leads next is late by what it lagged, and never early. What a restart or a snapshot brings in begins
 * anew, with its full TTL, unless this member has seen the very same renewal before.
 *
 * <p>Written by the apply thread and the node's clock, read by any, hence synchronized. The notes are the table's own
 * leases, which the log bounds.
 */
public final class LeaseClock implements LeaseEvents {
    /** A later time than anyone waits for; keeps differences of times within a long. */
    private static final long FAR_NANOS = TimeUnit.DAYS.toNanos(50 * 365);

    /** How long a lease that was found to be over is left alone, for its end to be applied. */
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoTime;
    private final Map<Long, Note> notes = new HashMap<>();
    /** By the time at which to look at each: at its end, or before it if it was renewed since. */
    private final NavigableSet<Note> queue =
            new TreeSet<>(Comparator.comparing((Note note) -> note.lookAt).thenComparing(note -> note.lease.id()));

    public LeaseClock(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A time on the monotonic clock, which may run over. */
    private record Moment(long nanos) implements Comparable<Moment> {
        @Override
        public int compareTo(Moment other) {
            return Long.signum(nanos - other.nanos);
        }
    }

    private static final class Note {
        private Lease lease;
        private long begunNanos;
        private Moment lookAt;

        Note(Lease lease, long begunNanos) {
            this.lease = lease;
            this.begunNanos = begunNanos;
            this.lookAt = end();
        }

        Moment end() {
            long ttlNanos = TimeUnit.SECONDS.toNanos(lease.ttlSeconds());
            return new Moment(begunNanos + Math.min(ttlNanos, FAR_NANOS));
        }
    }

    @Override
    public synchronized void loaded(List<Lease> all) {
        Map<Long, Note> before = new HashMap<>(notes);
        notes.clear();
        queue.clear();
        for (Lease lease : all) {
            Note known = before.get(lease.id());
            add(known != null && known.lease.equals(lease) ? known : new Note(lease, nanoTime.getAsLong()));
        }
    }

    private void add(Note note) {
        notes.put(note.lease.id(), note);
        queue.add(note);
    }

    @Override
    public synchronized void begins(Lease lease) {
        Note known = notes.get(lease.id());
        if (known != null) {
            // Its end has only moved away: it is found out when the time to look has come.
            known.lease = lease;
            known.begunNanos = nanoTime.getAsLong();
        } else {
            add(new Note(lease, nanoTime.getAsLong()));
        }
    }

    @Override
    public synchronized void ended(long id) {
        Note known = notes.remove(id);
        if (known != null) {
            queue.remove(known);
        }
    }

    /**
     * Leases whose time is over, longest first. They are given again after a while, as long as they are there.
     *
     * @param most so many at most
     */
    synchronized List<Lease> over(int most) {
        Moment now = new Moment(nanoTime.getAsLong());
        List<Lease> found = new ArrayList<>();
        while (found.size() < most && !queue.isEmpty() && queue.first().lookAt.compareTo(now) <= 0) {
            Note note = queue.first();
            queue.remove(note);
            Moment end = note.end();
            boolean over = end.compareTo(now) <= 0;
            if (over) {
                found.add(note.lease);
            }
            note.lookAt = over ? new Moment(now.nanos + AGAIN_NANOS) : end;
            queue.add(note);
        }
        return found;
    }

    /** Whether this is how the lease stands, and its time is over. */
    synchronized boolean isOver(Lease lease) {
        Note note = notes.get(lease.id());
        return note != null && note.lease.equals(lease) && note.end().compareTo(new Moment(nanoTime.getAsLong())) <= 0;
    }

    /** What is left of the lease's time, not below 0; empty: there is no such lease, or not any more. */
    public OptionalLong remainingNanos(long id) {
        @Nullable Note note;
        synchronized (this) {
            note = notes.get(id);
            if (note == null) {
                return OptionalLong.empty();
            }
            long lived = nanoTime.getAsLong() - note.begunNanos;
            return OptionalLong.of(Math.max(0, TimeUnit.SECONDS.toNanos(note.lease.ttlSeconds()) - lived));
        }
    }

    public synchronized int leases() {
        return notes.size();
    }
}
