package io.lockstep.node.apply;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.lockstep.api.AlarmMember;
import io.lockstep.api.RangeRequest;
import io.lockstep.node.auth.AuthEvent;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.storage.ApplyBatch;
import io.lockstep.node.storage.Database;
import io.lockstep.node.storage.StorageException;
import io.lockstep.node.storage.StorageMemory;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.CommandBatch;
import io.lockstep.proto.log.MemberRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The replicated state machine: takes log entries in order, and publishes what came of them.
 *
 * <p>Commands gather in a batch, which is written, published and answered as one (in that order: invariant I6). The
 * database has no log of its own: after a crash it stands where its last flush left it, with the applied index of that
 * moment in the same write as the data (I3), and the Raft log brings the rest again; what is already in is skipped
 * unread (I4).
 *
 * <p>Mutators belong to one thread, the first that calls one ({@link #handOver} frees them). After an
 * {@link ApplyException} the state accepts nothing more.
 */
public final class ReplicatedState implements AutoCloseable {
    /** Of the state's database. */
    public static final int FORMAT = StateDirectory.FORMAT;

    private static final byte ENTRY_FORMAT = 0x01;
    /** Below this many keys a call for all is no faster than one for each. */
    private static final int PREFETCH_FROM_KEYS = 4;

    private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);
    private static final RangeRequest EVERYTHING = RangeRequest.newBuilder()
            .setKey(ZERO)
            .setRangeEnd(ZERO)
            .setCountOnly(true)
            .build();

    private final StateConfig config;
    private final StateLimits limits;
    private final ApplyListener listener;
    private final StateDirectory directory;
    private final StorageMemory memory;
    private final Housekeeping housekeeping;
    private final PublishedViews views;
    private final LongSupplier nanoTime;
    private final ApplyThreadGuard applyThread = new ApplyThreadGuard();
    /** Between a write and its view the database holds what no view shows yet: nobody may take a snapshot then. */
    private final Object viewLock = new Object();

    private final List<CommandResult> results = new ArrayList<>();
    private int commandsInBatch;
    private boolean clusterChanged;
    /** Entries were taken since the last write; what they reach. */
    private AppliedPosition reached;

    private boolean pending;
    private boolean failed;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Replaced by the apply thread in an install; read by any thread for flushes, sizes and compaction. */
    private volatile LiveState live;

    private ReplicatedState(
            StateConfig config,
            ApplyListener listener,
            StateDirectory directory,
            LongSupplier nanoTime,
            Executor background) {
        this.config = config;
        this.limits = config.limits();
        this.listener = listener;
        this.directory = directory;
        this.nanoTime = nanoTime;
        this.memory = new StorageMemory(limits.blockCacheBytes(), limits.memtableBytes());
        try {
            this.live = openOrFound();
            listener.leases().loaded(live.leases().all());
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
        this.reached = live.position();
        this.views = new PublishedViews(nanoTime, limits.viewAge().toNanos());
        this.views.publish(live.newView());
        this.housekeeping = new Housekeeping(limits, nanoTime, background, () -> live, views);
        housekeeping.compactTo(live, live.writer().revisions().compact());
    }

    /** Opens a state, or founds one; flushes, compacts and watches over views on a thread of its own. */
    public static ReplicatedState open(StateConfig config, ApplyListener listener) {
        HousekeepingThread thread = new HousekeepingThread();
        try {
            ReplicatedState state = open(config, listener, System::nanoTime, thread);
            thread.drive(state.housekeeping::tick);
            state.housekeeping.ownThread(thread);
            return state;
        } catch (RuntimeException e) {
            thread.close();
            throw e;
        }
    }

    /**
     * The same with the clock and the background thread given; {@link #tick} must then be called every now and then.
     *
     * @param background runs flushes and compaction, one at a time
     * @throws StateOpenException with one line for the person who starts the node
     */
    public static ReplicatedState open(
            StateConfig config, ApplyListener listener, LongSupplier nanoTime, Executor background) {
        StateDirectory directory = StateDirectory.open(config.directory());
        try {
            return new ReplicatedState(config, listener, directory, nanoTime, background);
        } catch (StorageException | UncheckedIOException e) {
            throw new StateOpenException(String.valueOf(e.getMessage()), e);
        }
    }

    private LiveState openOrFound() {
        Optional<Path> current = directory.current();
        directory.sweepAllBut(current);
        Path path = current.orElseGet(directory::nextDatabase);
        Database database = Database.open(path, memory);
        try {
            if (current.isEmpty()) {
                found(database);
                directory.makeCurrent(path);
            } else {
                requireIdentity(database);
            }
            directory.markFounded();
            return new LiveState(database, limits, listener.leases());
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private void found(Database database) {
        ApplyBatch first = new ApplyBatch(database);
        StateMeta.putIdentity(first, new StateMeta.Identity(StateDirectory.FORMAT, config.clusterId()));
        for (MemberRecord founder : config.founders()) {
            StateMeta.putMember(first, founder);
        }
        first.write();
        database.flush();
    }

    private void requireIdentity(Database database) {
        StateMeta.Identity identity = StateMeta.identity(database);
        if (identity == null) {
            throw new StateOpenException(
                    "the database in " + database.directory() + " is not one of Lockstep's states");
        }
        if (identity.format() != StateDirectory.FORMAT) {
            throw new StateOpenException("the state in " + database.directory() + " has format " + identity.format()
                    + ", this software reads format " + StateDirectory.FORMAT + ": use the software that wrote it");
        }
        if (identity.clusterId() != config.clusterId()) {
            throw new StateOpenException("the state in " + database.directory() + " belongs to cluster "
                    + Long.toHexString(identity.clusterId()) + ", this node is configured for cluster "
                    + Long.toHexString(config.clusterId()) + ": use another data directory");
        }
    }

    /**
     * Executes one entry of the log: a format byte, then a {@link CommandBatch}. One at or below the applied index is
     * skipped. May write and publish on its own when the batch is full.
     *
     * @throws ApplyException this member cannot go on
     */
    @ApplyThread
    public void apply(long index, long term, ByteBuffer entry) {
        applyThread.check();
        requireSound();
        if (index <= reached.index()) {
            return;
        }
        try {
            execute(index, term, entry);
        } catch (ApplyException e) {
            failed = true;
            throw new ApplyException("log entry " + index + " of term " + term + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            failed = true;
            throw new ApplyException("log entry " + index + " of term " + term + " cannot be executed: " + e, e);
        }
    }

    private void execute(long index, long term, ByteBuffer entry) {
        CommandBatch batch = decode(entry);
        List<Command> commands = batch.getCommandsList();
        int alreadyIn = reached.commandsOf(index);
        prefetch(commands.subList(alreadyIn, commands.size()));
        for (int i = alreadyIn; i < commands.size(); i++) {
            execute(commands.get(i), term);
            pending = true;
            if (isBatchFull() && i + 1 < commands.size()) {
                reached = reached.within(index, i + 1);
                writeAndPublish();
            }
        }
        reached = AppliedPosition.after(index, term);
        pending = true;
        if (isBatchFull()) {
            writeAndPublish();
        }
    }

    private static CommandBatch decode(ByteBuffer entry) {
        if (!entry.hasRemaining()) {
            throw new ApplyException("the entry is empty");
        }
        ByteBuffer body = entry.duplicate();
        byte format = body.get();
        if (format != ENTRY_FORMAT) {
            throw new ApplyException("the entry has format " + format + ", this software reads format " + ENTRY_FORMAT
                    + ": update this node's software");
        }
        CommandBatch batch;
        try {
            batch = CommandBatch.parseFrom(CodedInputStream.newInstance(body));
        } catch (IOException e) {
            throw new ApplyException("the entry does not parse", e);
        }
        if (Integer.compareUnsigned(batch.getFeatureLevel(), FeatureLevel.SUPPORTED) > 0) {
            throw new ApplyException("the entry needs feature level "
                    + Integer.toUnsignedString(batch.getFeatureLevel()) + ", this software executes up to level "
                    + FeatureLevel.SUPPORTED + ": update this node's software");
        }
        return batch;
    }

    private void prefetch(List<Command> commands) {
        List<byte[]> keys = new ArrayList<>();
        for (Command command : commands) {
            if (command.hasPut()) {
                keys.add(command.getPut().getKey().toByteArray());
            }
        }
        if (keys.size() >= PREFETCH_FROM_KEYS) {
            live.batch().prefetch(keys);
        }
    }

    private void execute(Command command, long term) {
        boolean own = command.getOrigin().getMemberId() == config.memberId()
                && command.getOrigin().getBootId() == config.bootId();
        CommandExecutor.Outcome outcome = live.executor().execute(command, term, own);
        commandsInBatch++;
        clusterChanged |= changesCluster(command);
        if (own) {
            results.add(new CommandResult(
                    command.getOrigin().getCounter(),
                    live.writer().revisions().current(),
                    term,
                    outcome.response(),
                    outcome.rejection()));
        }
    }

    private static boolean changesCluster(Command command) {
        return command.hasPublishMember()
                || command.hasAlarm()
                || command.hasAddMember()
                || command.hasRemoveMember()
                || command.hasUpdateMember()
                || command.hasPromoteMember()
                || command.hasAdvanceMember();
    }

    private boolean isBatchFull() {
        return commandsInBatch >= limits.batchCommands() || live.batch().sizeBytes() >= limits.batchBytes();
    }

    /** The log has nothing more for now: whatever was executed becomes visible and is answered. */
    @ApplyThread
    public void endOfBatch() {
        applyThread.check();
        requireSound();
        try {
            writeAndPublish();
        } catch (RuntimeException e) {
            failed = true;
            throw new ApplyException("the batch up to log entry " + reached.index() + " cannot be written: " + e, e);
        }
    }

    private void writeAndPublish() {
        if (!pending) {
            return;
        }
        long bytes = live.batch().sizeBytes();
        int commands = commandsInBatch;
        long compactBefore = views.newest().compactRevision();
        long revisionBefore = views.newest().revision();
        synchronized (viewLock) {
            live.write(reached, clusterChanged);
            views.publish(live.newView());
        }
        pending = false;
        commandsInBatch = 0;
        clusterChanged = false;
        listener.onViewPublished(views.newest());
        deliverAuthEvents();
        listener.onChanges(new AppliedChanges(
                revisionBefore,
                live.writer().revisions().current(),
                live.writer().takeChanges()));
        deliverResults();
        housekeeping.written(bytes, commands);
        long compact = live.writer().revisions().compact();
        if (compact > compactBefore) {
            housekeeping.compactTo(live, compact);
        }
    }

    /** After the view, which has the users that these speak of, and before the answers, which have the tokens. */
    private void deliverAuthEvents() {
        List<AuthEvent> events = live.auth().takeEvents();
        if (!events.isEmpty()) {
            listener.onAuthEvents(events);
        }
    }

    private void deliverResults() {
        List<CommandResult> delivered = List.copyOf(results);
        results.clear();
        listener.onResults(delivered);
    }

    /** Hard-links the state as applied into a directory that does not exist yet. */
    @ApplyThread
    public void checkpoint(Path target) {
        endOfBatch();
        live.database().checkpoint(target);
    }

    /**
     * Replaces the state by a checkpoint, whose files are already known to be whole; they stay as they are. What was
     * executed and not yet published is dropped: the checkpoint must not be older than what is published.
     *
     * @throws ApplyException this member cannot go on with it; the state in place is untouched
     */
    @ApplyThread
    public void install(Path checkpoint) {
        applyThread.check();
        requireSound();
        LiveState before = live;
        LiveState installed = bringIn(checkpoint);
        // The one step that makes the difference after a crash.
        directory.makeCurrent(installed.database().directory());
        synchronized (viewLock) {
            live = installed;
            views.publish(installed.newView());
        }
        reached = installed.position();
        pending = false;
        commandsInBatch = 0;
        clusterChanged = false;
        results.clear();
        listener.onViewPublished(views.newest());
        listener.leases().loaded(installed.leases().all());
        listener.onStateReplaced(reached.index());
        housekeeping.compactTo(installed, installed.writer().revisions().compact());
        before.database()
                .closeThen(() -> StateDirectory.delete(before.database().directory()));
    }

    private LiveState bringIn(Path checkpoint) {
        Path path = directory.bringIn(checkpoint);
        Database database = Database.open(path, memory);
        try {
            requireIdentity(database);
            LiveState installed = new LiveState(database, limits, listener.leases());
            if (installed.position().index() < live.position().index()) {
                throw new ApplyException("the checkpoint ends at log entry "
                        + installed.position().index() + ", but entry "
                        + live.position().index() + " is applied and visible here already");
            }
            return installed;
        } catch (RuntimeException e) {
            database.closeThen(() -> StateDirectory.delete(path));
            throw e instanceof StateOpenException ? new ApplyException(String.valueOf(e.getMessage()), e) : e;
        }
    }

    /** The next thread that calls a mutator becomes the apply thread. By the apply thread, or before there is one. */
    public void handOver() {
        applyThread.check();
        applyThread.handOver();
    }

    private void requireSound() {
        if (failed) {
            throw new ApplyException("the state stopped at an earlier entry that it could not execute");
        }
    }

    /** The newest view, acquired. Any thread. */
    public ReadView acquireView() {
        return views.acquire();
    }

    /** The newest revision that readers can see. Any thread. */
    public long revision() {
        return views.newest().revision();
    }

    /** The last entry that readers can see. Any thread. */
    public long appliedIndex() {
        return views.newest().appliedIndex();
    }

    /** The term of {@link #appliedIndex}. Any thread. */
    public long appliedTerm() {
        return views.newest().term();
    }

    /** The alarms that are raised, as readers see them. Any thread. */
    public List<AlarmMember> alarms() {
        return views.newest().alarms();
    }

    /** The level that every member can execute; batches for the log may demand no more. Any thread. */
    public int featureLevel() {
        return live.featureLevel();
    }

    /** Completes once a compaction to this revision has also removed everything from this member's disk. Any thread. */
    public CompletableFuture<Void> compacted(long revision) {
        return housekeeping.compacted(revision);
    }

    /** Writes memtables to disk; blocks. Any thread but the apply thread. */
    public void flush() {
        housekeeping.flush();
    }

    /**
     * What a checkpoint beside the log holds.
     *
     * @param keys of the newest revision
     */
    public record Frozen(long revision, long compactRevision, long appliedIndex, long term, long keys) {}

    /** Hard-links the published state into a directory that does not exist yet; blocks. Any thread but the apply thread. */
    public Frozen freeze(Path target) {
        flush(); // first, so that the apply thread hardly waits for the rest
        ReadView view;
        synchronized (viewLock) {
            view = acquireView();
            live.database().checkpoint(target);
        }
        try {
            long keys = view.range(EVERYTHING).count();
            return new Frozen(view.revision(), view.compactRevision(), view.appliedIndex(), view.term(), keys);
        } finally {
            view.release();
        }
    }

    /** Rewrites the files so that they hold only what is live; blocks for as long as that takes. Any thread but the apply thread. */
    public void compactFiles() {
        refreshView();
        live.database().compact();
    }

    /**
     * The newest view keeps what compaction removed after it was published from leaving the disk; where nothing is
     * written, for ever.
     */
    private void refreshView() {
        synchronized (viewLock) {
            views.refresh(live.database()::snapshot);
        }
    }

    /** Ends {@link #compactFiles} early, for a close. Any thread. */
    public void cancelCompactFiles() {
        live.database().cancelCompaction();
    }

    /** Flushes what has waited long enough, and cuts off views held for too long. Any thread. */
    public void tick() {
        housekeeping.tick();
    }

    public StateSizes sizes() {
        Database database = live.database();
        return new StateSizes(database.totalBytes(), database.inUseBytes());
    }

    /** Flushes what is written, and closes. The apply thread must have stopped; views still held are cut off. */
    @Override
    public void close() {
        close(Housekeeping::flush);
    }

    /** Closes without a flush: the next start finds what a crash would have left. The apply thread must have stopped. */
    public void abandon() {
        close(unused -> live.database().forgetUnflushed());
    }

    private void close(Consumer<Housekeeping> last) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        housekeeping.close();
        try {
            last.accept(housekeeping);
        } finally {
            views.close();
            live.database().close();
            memory.close();
        }
    }
}
