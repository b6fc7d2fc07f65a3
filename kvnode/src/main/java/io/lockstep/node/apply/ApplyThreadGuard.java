package io.lockstep.node.apply;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Binds replicated state to the first thread that changes it, until that thread hands it over. */
final class ApplyThreadGuard {
    /** Set by the owner, compared by whoever calls. */
    private final AtomicReference<@Nullable Thread> owner = new AtomicReference<>();

    void check() {
        Thread caller = Thread.currentThread();
        Thread bound = owner.get();
        if (bound == caller || (bound == null && owner.compareAndSet(null, caller))) {
            return;
        }
        throw new IllegalStateException("replicated state belongs to thread " + owner.get() + ", not to " + caller);
    }

    void handOver() {
        owner.set(null);
    }
}
