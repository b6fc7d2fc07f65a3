package io.lockstep.node.rpc;

import java.util.concurrent.CompletableFuture;

/** Whether there is room for a write on this member. Any thread; does not block. */
public interface Space {
    /** @param costBytes as {@link io.lockstep.node.mvcc.WriteCost} counts them */
    boolean hasRoomFor(long costBytes);

    /** Tells the cluster that there is none. Completes, always normally, once that is known or can't be by then. */
    CompletableFuture<Void> raiseAlarm(long deadlineNanos);

    /** What the state may take on disk and in memory; 0: no bound. */
    long quotaBytes();
}
