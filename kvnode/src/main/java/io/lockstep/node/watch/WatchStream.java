package io.lockstep.node.watch;

import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchResponse;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One stream of watches of a client. The public methods hand over to the watch thread and return at once; their futures
 * complete when it has taken the request, answers included. Everything else belongs to that thread.
 */
public final class WatchStream {
    private final WatchHub hub;
    private final WatchOutlet outlet;
    /** Set by the event loop, cleared by the watch thread: at most one signal waits. */
    private final AtomicBoolean readySignalled = new AtomicBoolean();

    final Map<Long, Watcher> watchers = new HashMap<>();
    /** Those that wait until the outlet takes events again. */
    final Set<Watcher> blocked = new LinkedHashSet<>();

    private long nextId;
    boolean over;

    WatchStream(WatchHub hub, WatchOutlet outlet) {
        this.hub = hub;
        this.outlet = outlet;
    }

    public CompletableFuture<?> create(WatchCreateRequest request) {
        return hub.submit(core -> core.create(this, request));
    }

    /** Answers a watch that may not be created. */
    public CompletableFuture<?> refuse(String reason) {
        return hub.submit(core -> core.refuse(this, reason));
    }

    public CompletableFuture<?> cancel(long watchId) {
        return hub.submit(core -> core.cancel(this, watchId));
    }

    /** Asks how far all watchers of the stream are; there is no answer while one of them lags. */
    public CompletableFuture<?> progress() {
        return hub.submit(core -> core.progress(this));
    }

    /** The outlet takes events again. */
    public void onReady() {
        if (readySignalled.compareAndSet(false, true)) {
            hub.submit(core -> {
                readySignalled.set(false);
                core.ready(this);
            });
        }
    }

    /** The client is gone. */
    public void close() {
        hub.submit(core -> {
            core.close(this);
            hub.forget(this);
        });
    }

    boolean isReady() {
        return outlet.isReady();
    }

    void send(WatchResponse.Builder answer, long revision) {
        try {
            outlet.send(answer, revision);
        } catch (RuntimeException e) {
            // One stream's fault must not end the others.
            outlet.fail(e);
        }
    }

    /** After a bug: nothing of this stream is touched again. */
    void fail(Throwable failure) {
        over = true;
        watchers.values().forEach(watcher -> watcher.state = Watcher.State.GONE);
        watchers.clear();
        blocked.clear();
        outlet.fail(failure);
    }

    /** The id as asked for, or the smallest that was not given yet. */
    long idFor(long asked) {
        if (asked != 0) {
            return asked;
        }
        while (watchers.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }
}
