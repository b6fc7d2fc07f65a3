package io.lockstep.client;

import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints, which of them a call is given to, and the calls that wait between two attempts. Any thread.
 *
 * <p>Writes and linearizable reads all stay with one endpoint until it fails; then all of them go to the next. They need the
 * leader and a quorum wherever they come in, so another endpoint would hardly be quicker, and one that is known to work is
 * worth more. Reads that a member may answer by itself go to the {@link Nearness nearest}, which probes find out beside the
 * calls: no call is spent on an endpoint that may be dead or far away.
 */
final class Channels {
    /** So much quicker another endpoint must be before reads leave the one they are at: equal ones would take turns. */
    private static final double QUICKER = 0.8;

    private static final long LOG_IN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final List<Slot> slots;
    private final Connector connector;
    private final EventLoop eventLoop;
    private final Turnstile turnstile;
    private final @Nullable LogIn logIn;
    /** Channels to members that are asked by name. Any thread adds, the closing thread empties. */
    private final Map<Endpoint, Slot> others = new ConcurrentHashMap<>();

    /** Calls between two attempts. The event loop and the closing thread take them out. */
    private final Set<Call<?, ?>> waiting = ConcurrentHashMap.newKeySet();

    /** Set by the closing thread, read by all. */
    private volatile boolean closed;

    /** Index of the endpoint in use. Written by attempts that failed, read by attempts that start. */
    private final AtomicInteger inUse = new AtomicInteger();

    /** The nearest endpoint so far. Threads that start reads write and read it; a lost update only delays a change. */
    private volatile @Nullable Slot nearest;

    private final AtomicLong nearReads = new AtomicLong();

    Channels(List<Slot> slots, Connector connector, EventLoop eventLoop, CallLimits limits, @Nullable LogIn logIn) {
        this.slots = List.copyOf(slots);
        this.connector = connector;
        this.eventLoop = eventLoop;
        this.turnstile = new Turnstile(limits, this);
        this.logIn = logIn;
    }

    Turnstile turnstile() {
        return turnstile;
    }

    int size() {
        return slots.size();
    }

    Slot current() {
        return slots.get(inUse.get());
    }

    /** Of one member, which need not be among those the client was built with. */
    Slot of(Endpoint endpoint) {
        for (Slot slot : slots) {
            if (slot.endpoint().equals(endpoint)) {
                return slot;
            }
        }
        return others.computeIfAbsent(endpoint, name -> new Slot(name, connector, List.of()));
    }

    /**
     * The nearest of the endpoints that are not to be left alone, and not tried yet if there is such a one.
     *
     * @param tried by this call
     */
    Slot nearest(Set<Slot> tried) {
        if (slots.size() == 1) {
            return current();
        }
        // A command that makes one call gains nothing from connections to the others.
        if (nearReads.incrementAndGet() > 1) {
            probe();
        }
        long now = System.nanoTime();
        Slot before = nearest;
        Slot kept = before == null ? current() : before;
        Slot best = kept;
        int at = slots.indexOf(kept);
        for (int step = 1; step < slots.size(); step++) {
            Slot other = slots.get((at + step) % slots.size());
            int difference = Integer.compare(rank(other, tried, now), rank(best, tried, now));
            boolean nearer = other.nearness().roundTripNanos() < best.nearness().roundTripNanos();
            if (difference < 0 || (difference == 0 && nearer)) {
                best = other;
            }
        }
        boolean same = rank(best, tried, now) == rank(kept, tried, now);
        long here = kept.nearness().roundTripNanos();
        if (same && here != Nearness.UNKNOWN && best.nearness().roundTripNanos() > QUICKER * here) {
            best = kept;
        }
        nearest = best;
        return best;
    }

    /** The lower the better. */
    private static int rank(Slot slot, Set<Slot> tried, long nowNanos) {
        int known = slot.nearness().roundTripNanos() == Nearness.UNKNOWN ? 1 : 0;
        int left = slot.nearness().isLeftAlone(nowNanos) ? 2 : 0;
        return (tried.contains(slot) ? 4 : 0) + left + known;
    }

    private void probe() {
        for (Slot slot : slots) {
            if (!closed && slot.nearness().takeProbe(System.nanoTime())) {
                Probe.send(slot);
            }
        }
    }

    /** Leaves this endpoint for the next, unless another call has done so already. */
    void moveOn(Slot failed) {
        int index = slots.indexOf(failed);
        if (index < 0) {
            return;
        }
        inUse.compareAndSet(index, (index + 1) % slots.size());
    }

    /**
     * Lets the call go on after a wait, or fails it when the client is closed: a task that waits in an event loop that
     * ends is dropped in silence, and with it would be the call.
     */
    void goOnAfter(long delayNanos, Call<?, ?> call) {
        waiting.add(call);
        try {
            // The future would only tell that the task has run.
            var unused = eventLoop.group().schedule(() -> goOn(call), delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ended) {
            goOn(call);
        }
        if (closed) {
            goOn(call);
        }
    }

    /** Whoever takes the call out of the set deals with it: the timer, or the closing thread. */
    private void goOn(Call<?, ?> call) {
        if (!waiting.remove(call)) {
            return;
        }
        if (closed) {
            call.clientClosed();
        } else {
            call.attempt();
        }
    }

    /** Runs the task on the event loop then; null: it has ended. */
    @Nullable
    ScheduledFuture<?> later(long delayNanos, Runnable task) {
        try {
            return eventLoop.group().schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException ended) {
            return null;
        }
    }

    /** Whether a stream that begins now carries a token, or needs none. */
    boolean isLoggedIn() {
        return logIn == null || logIn.token() != null;
    }

    /**
     * Has the client's user logged in before a stream begins.
     *
     * @param then told how that went: at once, or on the event loop
     */
    void whenLoggedIn(Slot slot, Consumer<Status> then) {
        LogIn user = logIn;
        if (user == null || user.token() != null) {
            then.accept(Status.OK);
        } else {
            user.obtain(slot.channel(), LOG_IN_NANOS).whenComplete((status, never) -> then.accept(status));
        }
    }

    /** Whether a stream or a watch was ended for its token: the next one gets another. */
    boolean dropsToken(@Nullable String reason) {
        LogIn user = logIn;
        return user != null && user.dropIfOver(reason);
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends all calls, connections and threads; blocks until they are gone, at most some seconds. */
    void close() {
        closed = true;
        turnstile.close();
        waiting.forEach(this::goOn);
        slots.forEach(Slot::shutdown);
        others.values().forEach(Slot::shutdown);
        slots.forEach(Slot::awaitTermination);
        others.values().forEach(Slot::awaitTermination);
        turnstile.awaitIdle();
        eventLoop.close();
    }
}
