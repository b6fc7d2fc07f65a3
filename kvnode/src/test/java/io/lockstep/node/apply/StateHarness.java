package io.lockstep.node.apply;

import com.google.protobuf.ByteString;
import io.lockstep.api.CompactionRequest;
import io.lockstep.api.DeleteRangeRequest;
import io.lockstep.api.PutRequest;
import io.lockstep.api.TxnRequest;
import io.lockstep.node.auth.AuthEvent;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.CommandBatch;
import io.lockstep.proto.log.MemberRecord;
import io.lockstep.proto.log.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

/** A state with its clock and its background in the test's hand. */
final class StateHarness implements AutoCloseable {
    static final long CLUSTER = 0x1234;
    static final long MEMBER = 0xA;
    static final long BOOT = 77;
    static final long TERM = 3;

    final Path directory;
    final StateLimits limits;
    final Deque<Runnable> background = new ArrayDeque<>();
    final List<CommandResult> results = new ArrayList<>();
    final List<AuthEvent> authEvents = new ArrayList<>();
    final List<Long> publishedRevisions = new ArrayList<>();
    final List<Long> replacedAt = new ArrayList<>();
    final ReplicatedState state;
    long nowNanos;
    private long counter;
    private long index;

    StateHarness(Path directory) {
        this(directory, smallLimits());
    }

    StateHarness(Path directory, StateLimits limits) {
        this.directory = directory;
        this.limits = limits;
        this.state = ReplicatedState.open(config(directory, limits), listener(), () -> nowNanos, background::add);
        this.index = state.appliedIndex();
    }

    static StateConfig config(Path directory, StateLimits limits) {
        return new StateConfig(directory, CLUSTER, MEMBER, BOOT, founders(), limits);
    }

    static List<MemberRecord> founders() {
        return List.of(
                MemberRecord.newBuilder().setMemberId(MEMBER).setName("a").build(),
                MemberRecord.newBuilder().setMemberId(-1).setName("b").build());
    }

    static StateLimits smallLimits() {
        return limits(1 << 20, 1000, 8);
    }

    static StateLimits limits(long batchBytes, int batchCommands, int compactionStepChanges) {
        return new StateLimits(
                batchBytes,
                batchCommands,
                64 << 20,
                64 << 20,
                100_000,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                8 << 20,
                4 << 20,
                compactionStepChanges);
    }

    ApplyListener listener() {
        return new ApplyListener() {
            @Override
            public void onViewPublished(ReadView view) {
                publishedRevisions.add(view.revision());
            }

            @Override
            public void onAuthEvents(List<AuthEvent> events) {
                authEvents.addAll(events);
            }

            @Override
            public void onResults(List<CommandResult> delivered) {
                results.addAll(delivered);
            }

            @Override
            public void onStateReplaced(long appliedIndex) {
                replacedAt.add(appliedIndex);
            }
        };
    }

    /** Proposes one command alone in its entry, and returns what came of it. */
    CommandResult run(Command.Builder command) {
        applyEntry(Math.max(index, state.appliedIndex()) + 1, entry(List.of(command)));
        state.endOfBatch();
        return results.get(results.size() - 1);
    }

    void applyEntry(long atIndex, ByteBuffer entry) {
        index = Math.max(index, atIndex);
        state.apply(atIndex, TERM, entry);
    }

    /** An entry of commands of this harness's own member and boot. */
    ByteBuffer entry(List<Command.Builder> commands) {
        CommandBatch.Builder batch = CommandBatch.newBuilder().setFeatureLevel(FeatureLevel.FIRST);
        for (Command.Builder command : commands) {
            batch.addCommands(command.setOrigin(
                    Origin.newBuilder().setMemberId(MEMBER).setBootId(BOOT).setCounter(++counter)));
        }
        return framed(batch.build());
    }

    static ByteBuffer framed(CommandBatch batch) {
        byte[] body = batch.toByteArray();
        return ByteBuffer.allocate(1 + body.length).put((byte) 1).put(body).flip();
    }

    void runBackground() {
        while (!background.isEmpty()) {
            background.poll().run();
        }
    }

    @Override
    public void close() {
        state.close();
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    static Command.Builder put(String key, String value) {
        return Command.newBuilder()
                .setPut(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)));
    }

    static Command.Builder delete(String key) {
        return Command.newBuilder()
                .setDeleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(key)));
    }

    static Command.Builder txn(TxnRequest.Builder txn) {
        return Command.newBuilder().setTxn(txn);
    }

    static Command.Builder compact(long revision) {
        return Command.newBuilder().setCompaction(CompactionRequest.newBuilder().setRevision(revision));
    }

    /** What a crash leaves: the files as they are at one moment, without a close. */
    static Path copyOf(Path directory, Path target) throws IOException {
        while (true) {
            String before = listing(directory);
            try {
                copyTree(directory, target);
                if (listing(directory).equals(before)) {
                    return target;
                }
            } catch (NoSuchFileException removedMeanwhile) {
                // RocksDB tidies up in the background: a copy across that is no moment's state.
            }
            if (Files.exists(target)) {
                StateDirectory.delete(target);
            }
        }
    }

    private static void copyTree(Path directory, Path target) throws IOException {
        for (Path source : tree(directory)) {
            Path copy = target.resolve(directory.relativize(source).toString());
            if (Files.isDirectory(source)) {
                Files.createDirectories(copy);
            } else {
                Files.copy(source, copy);
            }
        }
    }

    private static List<Path> tree(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            return tree.filter(path -> !path.getFileName().toString().startsWith("LOG"))
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static String listing(Path directory) throws IOException {
        while (true) {
            try {
                StringBuilder names = new StringBuilder();
                for (Path path : tree(directory)) {
                    names.append(path).append(' ').append(Files.isDirectory(path) ? 0 : Files.size(path));
                }
                return names.toString();
            } catch (NoSuchFileException removedMeanwhile) {
                // Look again.
            }
        }
    }
}
