package io.lockstep.node;

import io.lockstep.api.AlarmMember;
import io.lockstep.api.AlarmRequest;
import io.lockstep.api.AlarmType;
import io.lockstep.api.CompactionRequest;
import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.config.CompactionRule;
import io.lockstep.node.config.Upkeep;
import io.lockstep.node.error.KvException;
import io.lockstep.node.propose.Proposer;
import io.lockstep.node.rpc.Space;
import io.lockstep.node.upkeep.AutoCompaction;
import io.lockstep.node.upkeep.SpaceGuard;
import io.lockstep.proto.log.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the node does by itself, joined with the state, the log and the disk that it looks after. */
final class UpkeepOfNode implements Space, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UpkeepOfNode.class);
    /** Each task has at most one of its kind waiting. */
    private static final int MAX_WAITING = 16;

    private final long memberId;
    private final ReplicatedState state;
    private final Proposer proposer;
    private final FileStore disk;
    private final ThreadPoolExecutor thread;
    private final SpaceGuard space;
    private final Optional<AutoCompaction> compaction;
    /** Guarded by this: the files' compaction under way, or the last one. */
    private CompletableFuture<Void> compacting = CompletableFuture.completedFuture(null);

    /** @param leads whether this node leads its cluster now */
    UpkeepOfNode(
            Upkeep settings,
            Path directory,
            long memberId,
            ReplicatedState state,
            Proposer proposer,
            BooleanSupplier leads)
            throws IOException {
        this.memberId = memberId;
        this.state = state;
        this.proposer = proposer;
        this.disk = Files.getFileStore(directory);
        this.thread = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_WAITING),
                task -> newThread(task, "lockstep-upkeep"),
                new ThreadPoolExecutor.DiscardPolicy());
        this.space = new SpaceGuard(
                new SpaceGuard.Limits(settings.quotaBytes(), settings.minFreeBytes(disk.getTotalSpace())),
                new SpaceGuard.Gauges(() -> state.sizes().totalBytes(), this::freeBytes),
                this::isNoSpaceRaised,
                this::raiseNoSpace,
                thread);
        space.look();
        this.compaction = compaction(settings.compaction(), new AutoCompaction.Sight(leads, state::revision));
    }

    private Optional<AutoCompaction> compaction(CompactionRule rule, AutoCompaction.Sight sight) {
        if (rule instanceof CompactionRule.Periodic periodic) {
            return Optional.of(AutoCompaction.periodic(periodic.retention(), sight, this::compact));
        }
        if (rule instanceof CompactionRule.KeepRevisions keep) {
            return Optional.of(AutoCompaction.keepRevisions(keep.count(), sight, this::compact));
        }
        return Optional.empty();
    }

    private CompletableFuture<?> compact(long revision, long deadlineNanos) {
        CompactionRequest request =
                CompactionRequest.newBuilder().setRevision(revision).build();
        return proposer.propose(Command.newBuilder().setByCluster(true).setCompaction(request), deadlineNanos)
                .thenApply(result -> {
                    if (result.rejection() != null) {
                        throw new KvException.Rejected(result.rejection());
                    }
                    return result;
                });
    }

    static Thread newThread(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.setUncaughtExceptionHandler((failed, error) -> LOG.error("the node's upkeep failed", error));
        return thread;
    }

    private long freeBytes() {
        try {
            return disk.getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException("the room on " + disk + " can't be looked up", e);
        }
    }

    private boolean isNoSpaceRaised() {
        return state.alarms().contains(alarm(AlarmType.NOSPACE));
    }

    private AlarmMember alarm(AlarmType kind) {
        return AlarmMember.newBuilder().setMemberID(memberId).setAlarm(kind).build();
    }

    private CompletableFuture<?> raiseNoSpace(long deadlineNanos) {
        AlarmRequest request = AlarmRequest.newBuilder()
                .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                .setMemberID(memberId)
                .setAlarm(AlarmType.NOSPACE)
                .build();
        return proposer.propose(Command.newBuilder().setByCluster(true).setAlarm(request), deadlineNanos);
    }

    /** Whoever asks while it is being done waits for the same. */
    synchronized CompletableFuture<Void> compactFiles() {
        if (compacting.isDone()) {
            compacting = CompletableFuture.runAsync(
                            state::compactFiles,
                            task -> newThread(task, "lockstep-defragment").start())
                    // So that the next write already finds the room.
                    .thenRun(space::look);
        }
        return compacting.copy();
    }

    void onTick(long nowNanos) {
        space.onTick(nowNanos);
        compaction.ifPresent(rule -> rule.onTick(nowNanos));
    }

    @Override
    public boolean hasRoomFor(long costBytes) {
        return space.hasRoomFor(costBytes);
    }

    @Override
    public CompletableFuture<Void> raiseAlarm(long deadlineNanos) {
        return space.raiseAlarm(deadlineNanos);
    }

    @Override
    public long quotaBytes() {
        return space.quotaBytes();
    }

    @Override
    public void close() {
        thread.shutdownNow();
        state.cancelCompactFiles();
    }
}
