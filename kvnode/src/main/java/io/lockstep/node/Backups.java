package io.lockstep.node;

import com.google.protobuf.ByteString;
import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.backup.BackupSource;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import io.lockstep.node.rpc.Backup;
import io.lockstep.proto.backup.BackupFile;
import io.lockstep.proto.backup.BackupManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Backups that are being read by clients. Each is a checkpoint beside the state, which shares its files and keeps them from
 * being given back, so there are few at a time. What a crash left behind goes at the next start.
 */
final class Backups {
    private static final int MAX_OPEN = 2;

    private final Path directory;
    private final long clusterId;
    private final long memberId;
    private final ReplicatedState state;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger made = new AtomicInteger();

    /** @param directory on the file system of the state; what is in it is removed */
    Backups(Path directory, long clusterId, long memberId, ReplicatedState state) throws IOException {
        this.directory = directory;
        this.clusterId = clusterId;
        this.memberId = memberId;
        this.state = state;
        if (Files.exists(directory)) {
            delete(directory);
        }
    }

    /** Flushes first, which takes a while: on a thread of its own. */
    CompletableFuture<Backup> open() {
        if (open.incrementAndGet() > MAX_OPEN) {
            open.decrementAndGet();
            return CompletableFuture.failedFuture(new KvException.Failed(KvError.TOO_MANY_REQUESTS));
        }
        return CompletableFuture.supplyAsync(
                        this::make,
                        task -> UpkeepOfNode.newThread(task, "lockstep-backup").start())
                .whenComplete((backup, failure) -> {
                    if (failure != null) {
                        open.decrementAndGet();
                    }
                });
    }

    private Backup make() {
        Path checkpoint = directory.resolve(Integer.toString(made.incrementAndGet()));
        try {
            Files.createDirectories(directory);
            ReplicatedState.Frozen frozen = state.freeze(checkpoint);
            BackupManifest.Builder manifest = BackupManifest.newBuilder()
                    .setClusterId(clusterId)
                    .setMemberId(memberId)
                    .setStateFormat(ReplicatedState.FORMAT)
                    .setRevision(frozen.revision())
                    .setCompactRevision(frozen.compactRevision())
                    .setAppliedIndex(frozen.appliedIndex())
                    .setTerm(frozen.term())
                    .setKeys(frozen.keys())
                    .setProductVersion(ProductVersion.TEXT);
            for (Path file : filesIn(checkpoint)) {
                manifest.addFiles(BackupFile.newBuilder()
                        .setName(file.getFileName().toString())
                        .setSizeBytes(Files.size(file)));
            }
            return new Open(checkpoint, new BackupSource(checkpoint, manifest.build()));
        } catch (IOException e) {
            throw new UncheckedIOException("no backup can be made in " + directory, e);
        }
    }

    private static List<Path> filesIn(Path checkpoint) throws IOException {
        try (Stream<Path> files = Files.list(checkpoint)) {
            return files.sorted().toList();
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private final class Open implements Backup {
        private final Path checkpoint;
        private final BackupSource source;

        Open(Path checkpoint, BackupSource source) {
            this.checkpoint = checkpoint;
            this.source = source;
        }

        @Override
        public long remainingBytes() {
            return source.remainingBytes();
        }

        @Override
        public @Nullable ByteString next() throws IOException {
            return source.next();
        }

        @Override
        public void close() throws IOException {
            open.decrementAndGet();
            source.close();
            delete(checkpoint);
        }
    }
}
