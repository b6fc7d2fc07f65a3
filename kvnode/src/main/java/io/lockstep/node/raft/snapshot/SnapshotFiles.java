package io.lockstep.node.raft.snapshot;

import com.alipay.sofa.jraft.entity.LocalFileMetaOutter.FileSource;
import com.alipay.sofa.jraft.entity.LocalFileMetaOutter.LocalFileMeta;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import io.lockstep.proto.peer.SnapshotFile;
import io.lockstep.proto.peer.SnapshotManifest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Seals a checkpoint as a snapshot, and proves later that nothing about it changed. */
public final class SnapshotFiles {
    /** Grows when an older member could not read a newer snapshot. */
    private static final int FORMAT = 1;

    private static final String CHECKPOINT = "state";
    private static final String MANIFEST = "files";

    private final long clusterId;
    private final long memberId;
    private final Checksums checksums = new Checksums();

    public SnapshotFiles(long clusterId, long memberId) {
        this.clusterId = clusterId;
        this.memberId = memberId;
    }

    /** Where in a snapshot the state's checkpoint is. */
    public static Path checkpointIn(Path snapshot) {
        return snapshot.resolve(CHECKPOINT);
    }

    /** Lists, sums and synchronises the files of the checkpoint, and tells JRaft of them. Returns their bytes. */
    public long seal(SnapshotWriter writer) throws IOException {
        Path snapshot = Path.of(writer.getPath());
        SnapshotManifest.Builder manifest = SnapshotManifest.newBuilder()
                .setFormat(FORMAT)
                .setClusterId(clusterId)
                .setMemberId(memberId);
        long bytes = 0;
        for (Path file : filesBelow(checkpointIn(snapshot))) {
            sync(file);
            SnapshotFile entry = SnapshotFile.newBuilder()
                    .setName(nameIn(snapshot, file))
                    .setSizeBytes(Files.size(file))
                    .setCrc32C(checksums.ofLinked(file))
                    .build();
            manifest.addFiles(entry);
            add(writer, entry.getName(), entry.getCrc32C());
            bytes += entry.getSizeBytes();
        }
        Path manifestFile = snapshot.resolve(MANIFEST);
        Files.write(manifestFile, manifest.build().toByteArray());
        sync(manifestFile);
        add(writer, MANIFEST, Checksums.of(manifestFile));
        for (Path directory : directoriesBelow(snapshot)) {
            sync(directory);
        }
        return bytes;
    }

    /** Throws when any file is missing, surplus or changed, or the snapshot is of another cluster or a newer format. */
    public long verify(Path snapshot) throws IOException {
        SnapshotManifest manifest = read(snapshot);
        if (manifest.getFormat() != FORMAT) {
            throw new IOException("snapshot format " + manifest.getFormat() + " is not " + FORMAT
                    + ": it was made by another version");
        }
        if (manifest.getClusterId() != clusterId) {
            throw new IOException("the snapshot is of cluster " + Long.toHexString(manifest.getClusterId())
                    + ", not of " + Long.toHexString(clusterId));
        }
        Set<String> surplus = new HashSet<>();
        for (Path file : filesBelow(checkpointIn(snapshot))) {
            surplus.add(nameIn(snapshot, file));
        }
        long bytes = 0;
        for (SnapshotFile entry : manifest.getFilesList()) {
            Path file = snapshot.resolve(entry.getName()).normalize();
            if (!file.startsWith(snapshot) || !surplus.remove(entry.getName())) {
                throw new IOException("file " + entry.getName() + " of the snapshot is missing");
            }
            if (Files.size(file) != entry.getSizeBytes() || Checksums.of(file) != entry.getCrc32C()) {
                throw new IOException("file " + entry.getName() + " of the snapshot is damaged");
            }
            bytes += entry.getSizeBytes();
        }
        if (!surplus.isEmpty()) {
            throw new IOException("the snapshot has files that its list does not name: " + surplus);
        }
        return bytes;
    }

    /** Whether this snapshot was made by another member. */
    public boolean isForeign(Path snapshot) throws IOException {
        return read(snapshot).getMemberId() != memberId;
    }

    /** The newest snapshot below JRaft's directory of them. */
    public static Optional<Path> newestIn(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(path -> path.getFileName().toString().matches("snapshot_\\d+"))
                    .max(java.util.Comparator.comparingLong(SnapshotFiles::indexOf));
        }
    }

    /** The last entry that a snapshot directory of JRaft holds, by its name. */
    public static long indexOf(Path snapshot) {
        String name = snapshot.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('_') + 1));
    }

    private static SnapshotManifest read(Path snapshot) throws IOException {
        return SnapshotManifest.parseFrom(Files.readAllBytes(snapshot.resolve(MANIFEST)));
    }

    private static void add(SnapshotWriter writer, String name, int crc) throws IOException {
        LocalFileMeta meta = LocalFileMeta.newBuilder()
                .setSource(FileSource.FILE_SOURCE_LOCAL)
                .setChecksum(Integer.toHexString(crc))
                .build();
        boolean added = writer instanceof VerifyingSnapshotStorage.Writer ours
                ? ours.addSealed(name, meta)
                : writer.addFile(name, meta);
        if (!added) {
            throw new IOException("file " + name + " can't be added to the snapshot");
        }
    }

    private static List<Path> filesBelow(Path directory) throws IOException {
        return list(directory, true);
    }

    private static List<Path> directoriesBelow(Path directory) throws IOException {
        return list(directory, false);
    }

    private static List<Path> list(Path directory, boolean files) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            List<Path> found = new ArrayList<>(
                    all.filter(path -> Files.isDirectory(path) != files).toList());
            Collections.sort(found);
            return found;
        }
    }

    private static String nameIn(Path snapshot, Path file) {
        return snapshot.relativize(file).toString();
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
