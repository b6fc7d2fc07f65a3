package io.lockstep.node.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.LeaderChangeContext;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import io.lockstep.node.raft.log.GuardedLogStorage;
import io.lockstep.node.raft.snapshot.SnapshotFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JRaft's state machine on top of ours. Runs on JRaft's FSM thread, which is the apply thread.
 *
 * <p>Nothing may be thrown into JRaft from here: after an exception it counts the whole batch as applied, releases reads
 * that wait for it and forgets the closures. Every failure rolls the iterator back to what is really applied, stops the
 * node and is reported once.
 */
final class RaftFsm extends StateMachineAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(RaftFsm.class);

    private final StateMachine state;
    private final GuardedLogStorage log;
    private final SnapshotFiles snapshots;
    private final SnapshotTrigger trigger;
    private final LeadershipView leadership;
    private final Fatal fatal;
    private final RaftMetrics metrics;
    private final Executor background;

    RaftFsm(
            StateMachine state,
            GuardedLogStorage log,
            SnapshotFiles snapshots,
            SnapshotTrigger trigger,
            LeadershipView leadership,
            Fatal fatal,
            RaftMetrics metrics,
            Executor background) {
        this.state = state;
        this.log = log;
        this.snapshots = snapshots;
        this.trigger = trigger;
        this.leadership = leadership;
        this.fatal = fatal;
        this.metrics = metrics;
        this.background = background;
    }

    @Override
    public void onApply(Iterator entries) {
        List<Closure> done = new ArrayList<>();
        long first = entries.getIndex();
        long index = first;
        try {
            for (; entries.hasNext(); entries.next()) {
                index = entries.getIndex();
                if (!log.awaitDurable(index)) {
                    stop(entries, first, index, "the log stopped before entry " + index + " was durable", null);
                    return;
                }
                int bytes = entries.getData().remaining();
                state.apply(index, entries.getTerm(), entries.getData());
                trigger.count(bytes);
                if (entries.done() != null) {
                    done.add(entries.done());
                }
            }
            state.endOfBatch();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop(entries, first, index, "interrupted while applying entry " + index, e);
            return;
        } catch (RuntimeException | Error e) {
            stop(entries, first, index, "applying entry " + index + " failed: " + e, e);
            return;
        }
        for (Closure closure : done) {
            closure.run(Status.OK());
        }
        trigger.check();
    }

    /** The proposals of this batch end as unknown: committed, but not applied here. */
    private void stop(Iterator entries, long first, long index, String what, @Nullable Throwable cause) {
        long applied = Math.max(state.appliedIndex(), first - 1);
        entries.setErrorAndRollback(Math.max(1, index - applied), new Status(RaftError.ESTATEMACHINE, "%s", what));
        fatal.report(what, cause);
    }

    @Override
    public void onSnapshotSave(SnapshotWriter writer, Closure done) {
        long startNanos = System.nanoTime();
        Path target = SnapshotFiles.checkpointIn(Path.of(writer.getPath()));
        try {
            state.checkpoint(target);
        } catch (IOException | RuntimeException | Error e) {
            failSnapshot(done, "saving a snapshot failed: " + e, e);
            return;
        }
        background.execute(() -> {
            try {
                long bytes = snapshots.seal(writer);
                metrics.snapshotSaved(System.nanoTime() - startNanos, bytes);
            } catch (IOException | RuntimeException | Error e) {
                failSnapshot(done, "saving a snapshot failed: " + e, e);
                return;
            }
            done.run(Status.OK());
        });
    }

    private void failSnapshot(Closure done, String what, Throwable cause) {
        // JRaft waits for this closure for ever, and then for no snapshot again.
        done.run(new Status(RaftError.EIO, "%s", what));
        fatal.report(what, cause);
    }

    @Override
    public boolean onSnapshotLoad(SnapshotReader reader) {
        Path snapshot = Path.of(reader.getPath());
        long index = reader.load().getLastIncludedIndex();
        if (state.appliedIndex() >= index) {
            // At a start: what is on disk is newer, and only what comes after it is replayed.
            return true;
        }
        long startNanos = System.nanoTime();
        try {
            long bytes = snapshots.verify(snapshot);
            state.install(SnapshotFiles.checkpointIn(snapshot));
            trigger.installed();
            metrics.snapshotInstalled(System.nanoTime() - startNanos, bytes);
            LOG.info("snapshot up to entry {} installed, {} bytes", index, bytes);
            return true;
        } catch (IOException | RuntimeException | Error e) {
            fatal.report("installing the snapshot " + snapshot + " failed: " + e, e);
            return false;
        }
    }

    @Override
    public void onLeaderStart(long term) {
        leadership.leading(term);
    }

    @Override
    public void onLeaderStop(Status status) {
        leadership.notLeading();
    }

    @Override
    public void onStartFollowing(LeaderChangeContext context) {
        leadership.following(context.getLeaderId(), context.getTerm());
    }

    @Override
    public void onStopFollowing(LeaderChangeContext context) {
        leadership.leaderless();
    }

    @Override
    public void onError(RaftException error) {
        fatal.report("the consensus stopped: " + error.getStatus(), error);
    }

    @Override
    public void onShutdown() {
        // The group's close says so.
    }
}
