package io.lockstep.node.raft.snapshot;

import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.google.protobuf.Message;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the state on disk stands, told to JRaft at its start in the only words it has for that: as a snapshot.
 *
 * <p>JRaft knows no applied index. It takes the newest snapshot for the state and reads every entry after it again, up to
 * 500,000, only for most of them to be skipped as applied: seconds of a start. But the state is newer, and is all that a
 * snapshot of its applied index would be: index and term are the log's own, the members those of the last configuration
 * entry up to it.
 *
 * <p>It has no files and is never sent to anyone: for that JRaft opens the storage anew, which then gives the real snapshot.
 * No entry after that one is missing, since a log is cut only when a real snapshot is saved. Two things differ: the first
 * snapshot after a start cuts up to here and not up to the snapshot before, less the margin; and one that is asked for
 * before anything was applied succeeds without files, since JRaft sees nothing new to save.
 */
public final class StartingPoint extends SnapshotReader {
    /** Says what a snapshot of the applied index would be, given the newest one, if there is one. */
    public interface Finder {
        /** Empty if the state is no newer than the snapshot. */
        Optional<SnapshotMeta> find(@Nullable SnapshotMeta newest);
    }

    private final Path directory;
    private final SnapshotMeta meta;

    StartingPoint(Path directory, SnapshotMeta meta) {
        this.directory = directory;
        this.meta = meta;
    }

    @Override
    public SnapshotMeta load() {
        return meta;
    }

    @Override
    public String getPath() {
        return directory.toString();
    }

    @Override
    public String generateURIForCopy() {
        return "";
    }

    @Override
    public Set<String> listFiles() {
        return Set.of();
    }

    @Override
    public @Nullable Message getFileMeta(String fileName) {
        return null;
    }

    @Override
    public boolean init(@Nullable Void options) {
        return true;
    }

    @Override
    public void shutdown() {
        // Nothing is open.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
