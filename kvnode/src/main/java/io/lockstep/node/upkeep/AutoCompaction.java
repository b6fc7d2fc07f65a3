package io.lockstep.node.upkeep;

import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets history without being asked: etcd's {@code --auto-compaction-mode} and {@code --auto-compaction-retention}. */
public final class AutoCompaction {
    private static final Logger LOG = LoggerFactory.getLogger(AutoCompaction.class);
    private static final long PROPOSAL_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** What of the node is asked: whether it leads, and how far its state is. */
    public record Sight(BooleanSupplier leads, LongSupplier revision) {}

    /** Has history up to a revision compacted through the log; fails if it is refused. */
    @FunctionalInterface
    public interface Compacting {
        CompletableFuture<?> compact(long revision, long deadlineNanos);
    }

    private final CompactionPace pace;
    private final Sight sight;
    private final Compacting compacting;
    /** Set by the clock, cleared by whoever ends the proposal. */
    private final AtomicBoolean underWay = new AtomicBoolean();
    /** Set before underWay is cleared, read by the clock after it saw that. */
    private volatile long doneTo;

    private AutoCompaction(CompactionPace pace, Sight sight, Compacting compacting) {
        this.pace = pace;
        this.sight = sight;
        this.compacting = compacting;
    }

    public static AutoCompaction periodic(Duration retention, Sight sight, Compacting compacting) {
        return new AutoCompaction(new CompactionPace.Periodic(retention), sight, compacting);
    }

    public static AutoCompaction keepRevisions(long count, Sight sight, Compacting compacting) {
        return new AutoCompaction(new CompactionPace.KeepRevisions(count), sight, compacting);
    }

    /** The node's clock, every few milliseconds. */
    public void onTick(long nowNanos) {
        if (underWay.get()) {
            return;
        }
        if (doneTo > 0) {
            pace.done(nowNanos, doneTo);
            doneTo = 0;
        }
        OptionalLong due =
                pace.due(nowNanos, sight.revision().getAsLong(), sight.leads().getAsBoolean());
        if (due.isPresent()) {
            compact(due.getAsLong());
        }
    }

    private void compact(long revision) {
        underWay.set(true);
        compacting.compact(revision, System.nanoTime() + PROPOSAL_NANOS).whenComplete((done, failure) -> {
            if (failure == null || isCompacted(failure)) {
                LOG.info("history is compacted up to revision {}", revision);
                doneTo = revision;
            } else {
                LOG.warn("history could not be compacted up to revision {}, is tried again: {}", revision, failure);
            }
            underWay.set(false);
        });
    }

    private static boolean isCompacted(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof KvException known && known.error() == KvError.COMPACTED;
    }
}
