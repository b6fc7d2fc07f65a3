package io.lockstep.node.rpc;

import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.node.watch.WatchHub;
import io.lockstep.node.watch.WatchOutlet;
import io.lockstep.node.watch.WatchStream;
import java.util.concurrent.CompletableFuture;

/** A watch of the node itself: waits for the first event, or until there will be none. */
final class KeyWatch implements WatchOutlet {
    private final CompletableFuture<Void> changed = new CompletableFuture<>();

    private KeyWatch() {}

    /** Completes on the watch thread, which dependents must leave at once. Cancelling it ends the watch. */
    static CompletableFuture<Void> next(WatchHub hub, WatchCreateRequest request) {
        KeyWatch watch = new KeyWatch();
        WatchStream stream = hub.open(watch);
        var unused = watch.changed.whenComplete((done, failure) -> stream.close());
        var taken = stream.create(request);
        return watch.changed;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public void send(WatchResponse.Builder answer, long revision) {
        // One that was cancelled, as its revision was compacted, has its caller look again, too.
        if (answer.getEventsCount() > 0 || answer.getCanceled()) {
            changed.complete(null);
        }
    }

    @Override
    public void fail(Throwable failure) {
        changed.completeExceptionally(failure);
    }
}
