package io.lockstep.node.upkeep;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says no to writes in time: when the state has reached its quota, or the disk is nearly full. A RocksDB that finds no
 * room ends its node, so the alarm comes while there is still some.
 *
 * <p>Sizes are looked up twice a second, not for every write; what this member has admitted since is added, so that no
 * burst slips through in between. The quota is judged when a write comes in, as in etcd; a disk that fills up raises the
 * alarm without one, since other members' writes, the log and foreign files fill it too.
 */
public final class SpaceGuard {
    private static final Logger LOG = LoggerFactory.getLogger(SpaceGuard.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long RAISE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /**
     * @param quotaBytes what the state may take, 0: no bound
     * @param minFreeBytes what must stay free on its disk, 0: no bound
     */
    public record Limits(long quotaBytes, long minFreeBytes) {}

    /** What is looked up. Called on the thread for it; may touch the disk. */
    public record Gauges(LongSupplier stateBytes, LongSupplier freeBytes) {}

    /** Has an alarm of this member's raised through the log. */
    @FunctionalInterface
    public interface Raiser {
        CompletableFuture<?> raise(long deadlineNanos);
    }

    private final Limits limits;
    private final Gauges gauges;
    private final BooleanSupplier raised;
    private final Raiser raiser;
    private final Executor thread;
    /** Added to by every thread that admits, read with the rest. */
    private final LongAdder admittedBytes = new LongAdder();
    /** At most one look is under way or waits for the thread. */
    private final AtomicBoolean looking = new AtomicBoolean();
    /** Written by a look, read by whoever admits: what the state took, less what had been admitted by then. */
    private volatile long baseBytes;

    private volatile long freeBytes = Long.MAX_VALUE;
    /** Clock only. */
    private long lookedNanos;
    /** Guarded by this: the proposal under way, which all who were refused meanwhile wait for. */
    private @Nullable CompletableFuture<?> raising;

    /**
     * @param raised whether this member's alarm is raised already
     * @param thread for lookups, one at a time
     */
    public SpaceGuard(Limits limits, Gauges gauges, BooleanSupplier raised, Raiser raiser, Executor thread) {
        this.limits = limits;
        this.gauges = gauges;
        this.raised = raised;
        this.raiser = raiser;
        this.thread = thread;
        this.lookedNanos = System.nanoTime() - LOOK_NANOS;
    }

    public long quotaBytes() {
        return limits.quotaBytes();
    }

    /** As last looked up. */
    public long freeBytes() {
        return freeBytes;
    }

    /** Counts the write in if there is room for it. Any thread. */
    public boolean hasRoomFor(long costBytes) {
        if (isDiskFull()) {
            return false;
        }
        if (limits.quotaBytes() > 0 && baseBytes + admittedBytes.sum() + costBytes >= limits.quotaBytes()) {
            return false;
        }
        admittedBytes.add(costBytes);
        return true;
    }

    private boolean isDiskFull() {
        return freeBytes < limits.minFreeBytes();
    }

    /** Completes, always normally, once the alarm is in the log or can't be by then. Any thread. */
    public CompletableFuture<Void> raiseAlarm(long deadlineNanos) {
        if (raised.getAsBoolean()) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<?> proposal;
        synchronized (this) {
            if (raising == null || raising.isDone()) {
                LOG.warn(
                        "no room: the state takes {} bytes of {}, {} bytes are free and {} must stay so; raising NOSPACE",
                        baseBytes + admittedBytes.sum(),
                        limits.quotaBytes(),
                        freeBytes,
                        limits.minFreeBytes());
                raising = raiser.raise(deadlineNanos);
            }
            proposal = raising;
        }
        return proposal.handle((done, failure) -> null);
    }

    /** The node's clock, every few milliseconds. */
    public void onTick(long nowNanos) {
        if (nowNanos - lookedNanos >= LOOK_NANOS && looking.compareAndSet(false, true)) {
            lookedNanos = nowNanos;
            thread.execute(() -> {
                try {
                    look();
                } finally {
                    looking.set(false);
                }
            });
        }
    }

    /** Looks the sizes up. */
    public void look() {
        long admittedBefore = admittedBytes.sum();
        baseBytes = gauges.stateBytes().getAsLong() - admittedBefore;
        freeBytes = gauges.freeBytes().getAsLong();
        if (isDiskFull()) {
            var unused = raiseAlarm(System.nanoTime() + RAISE_NANOS);
        }
    }
}
