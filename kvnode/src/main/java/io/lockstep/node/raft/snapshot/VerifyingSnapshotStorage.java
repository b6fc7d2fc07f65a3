package io.lockstep.node.raft.snapshot;

import com.alipay.sofa.jraft.entity.LocalFileMetaOutter.LocalFileMeta;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotWriter;
import com.alipay.sofa.jraft.util.Utils;
import com.google.protobuf.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * JRaft's snapshot directory, but a file that was copied from a peer counts only if it has the checksum that the peer
 * announced. JRaft checks nothing: it would put the damaged snapshot in place of the good one, and every start after
 * that would fail. A refused copy is thrown away and asked for again.
 */
public final class VerifyingSnapshotStorage extends LocalSnapshotStorage {
    private final String temporary;
    private final RaftOptions options;
    private final StartingPoint.Finder start;
    // The first reader is opened by JRaft's start.
    private final AtomicBoolean started = new AtomicBoolean();

    public VerifyingSnapshotStorage(Path directory, RaftOptions options, StartingPoint.Finder start) {
        super(directory.toString(), directory.resolve("temp").toString(), options);
        this.temporary = directory.resolve("temp").toString();
        this.options = options;
        this.start = start;
    }

    @Override
    public @Nullable SnapshotReader open() {
        SnapshotReader newest = super.open();
        if (!started.compareAndSet(false, true)) {
            return newest;
        }
        Optional<SnapshotMeta> state = start.find(newest == null ? null : newest.load());
        if (state.isEmpty()) {
            return newest;
        }
        Utils.closeQuietly(newest);
        return new StartingPoint(Path.of(temporary), state.get());
    }

    @Override
    public @Nullable SnapshotWriter create(boolean fromEmpty) {
        // The original empties the directory if it should; its writer has nothing open.
        if (super.create(fromEmpty) == null) {
            return null;
        }
        Writer writer = new Writer(temporary, this, options);
        return writer.init(null) ? writer : null;
    }

    /** What a copy is written through. */
    static final class Writer extends LocalSnapshotWriter {
        // The copier's thread only.
        private @Nullable String damage;

        Writer(String path, LocalSnapshotStorage storage, RaftOptions options) {
            super(path, storage, options);
        }

        /** A file of our own, summed a moment ago. */
        boolean addSealed(String name, LocalFileMeta meta) {
            return super.addFile(name, meta);
        }

        @Override
        public boolean addFile(String name, Message meta) {
            try {
                String announced = ((LocalFileMeta) meta).getChecksum();
                String actual = Integer.toHexString(Checksums.of(Path.of(getPath(), name)));
                if (!actual.equals(announced)) {
                    damage = "file " + name + " of the snapshot arrived damaged: checksum " + actual + ", announced "
                            + announced;
                }
            } catch (IOException e) {
                damage = "file " + name + " of the snapshot can't be read: " + e.getMessage();
            }
            return super.addFile(name, meta);
        }

        @Override
        public boolean sync() throws IOException {
            if (damage != null) {
                // Of all ways to fail here only an exception makes JRaft ask again; an error code would end the node.
                throw new IOException(damage);
            }
            return super.sync();
        }
    }
}
