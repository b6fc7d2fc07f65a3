package io.lockstep.client;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Lets so many calls under way, and the others wait in order; see {@link CallLimits}. How many calls, is found out as TCP
 * finds out its window: one more for each round of answers, half as many when a server says "too many requests".
 *
 * <p>Locked between the callers' threads, the event loop and the closing thread. Calls are started and ended outside of the
 * lock.
 */
final class Turnstile {
    /** A burst of refusals, which all answer the same pressure, counts once. */
    private static final long HALVING_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final CallLimits limits;
    private final Channels channels;
    private final Set<Call<?, ?>> underWay = new HashSet<>();
    private final Set<Call<?, ?>> waiting = new LinkedHashSet<>();
    private long bytesUnderWay;
    private long bytesWaiting;
    private double allowed;
    private long halvedAtNanos;
    private boolean closed;

    private enum Verdict {
        GO,
        WAIT,
        REFUSED,
        CLOSED
    }

    Turnstile(CallLimits limits, Channels channels) {
        this.limits = limits;
        this.channels = channels;
        this.allowed = limits.maxCalls();
        this.halvedAtNanos = System.nanoTime() - HALVING_PAUSE_NANOS;
    }

    /** Starts the call, now or when it is its turn, or refuses it. */
    void enter(Call<?, ?> call) {
        switch (judge(call)) {
            case GO -> call.attempt();
            case WAIT -> call.waitForTurn();
            case REFUSED ->
                call.refuse("the client has " + limits.maxCalls() + " calls or " + limits.maxBytes()
                        + " bytes under way and no place to wait: nothing was sent; slow down, or raise the limits");
            case CLOSED -> call.clientClosed();
        }
    }

    private synchronized Verdict judge(Call<?, ?> call) {
        if (closed) {
            return Verdict.CLOSED;
        }
        if (waiting.isEmpty() && hasRoomFor(call)) {
            admit(call);
            return Verdict.GO;
        }
        if (waiting.size() >= limits.maxWaiting() || bytesWaiting + call.bytes() > limits.maxBytes()) {
            return Verdict.REFUSED;
        }
        waiting.add(call);
        bytesWaiting += call.bytes();
        return Verdict.WAIT;
    }

    private boolean hasRoomFor(Call<?, ?> call) {
        return underWay.isEmpty()
                || (underWay.size() < (int) allowed && bytesUnderWay + call.bytes() <= limits.maxBytes());
    }

    private void admit(Call<?, ?> call) {
        underWay.add(call);
        bytesUnderWay += call.bytes();
    }

    /** The call has ended, wherever it was; the next may come. */
    void leave(Call<?, ?> call) {
        List<Call<?, ?>> next = new ArrayList<>();
        synchronized (this) {
            remove(call);
            while (!closed && !waiting.isEmpty()) {
                Call<?, ?> first = waiting.iterator().next();
                if (!hasRoomFor(first)) {
                    break;
                }
                remove(first);
                admit(first);
                next.add(first);
            }
            if (underWay.isEmpty()) {
                notifyAll();
            }
        }
        next.forEach(first -> {
            first.turnHasCome();
            channels.goOnAfter(0, first);
        });
    }

    private void remove(Call<?, ?> call) {
        if (underWay.remove(call)) {
            bytesUnderWay -= call.bytes();
        } else if (waiting.remove(call)) {
            bytesWaiting -= call.bytes();
        }
    }

    /** Whether the call still waits. */
    synchronized boolean isWaiting(Call<?, ?> call) {
        return waiting.contains(call);
    }

    /** A server has more than it can do. */
    synchronized void onTooMany() {
        long now = System.nanoTime();
        if (now - halvedAtNanos >= HALVING_PAUSE_NANOS) {
            halvedAtNanos = now;
            allowed = Math.max(1, Math.min(allowed, underWay.size()) / 2);
        }
    }

    synchronized void onAnswer() {
        allowed = Math.min(limits.maxCalls(), allowed + 1 / allowed);
    }

    /** How many calls are let under way at present. */
    synchronized int allowed() {
        return (int) allowed;
    }

    /** Nothing enters any more; what waits fails, and what is under way is cancelled. */
    void close() {
        List<Call<?, ?>> queued;
        List<Call<?, ?>> running;
        synchronized (this) {
            closed = true;
            queued = List.copyOf(waiting);
            running = List.copyOf(underWay);
        }
        queued.forEach(Call::clientClosed);
        running.forEach(Call::cancelAsClosed);
    }

    /** Until the calls that were under way have ended; some seconds at most. */
    synchronized void awaitIdle() {
        long end = System.nanoTime() + IDLE_NANOS;
        try {
            for (long left = IDLE_NANOS; !underWay.isEmpty() && left > 0; left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
