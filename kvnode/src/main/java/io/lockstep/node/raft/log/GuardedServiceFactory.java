package io.lockstep.node.raft.log;

import com.alipay.sofa.jraft.core.DefaultJRaftServiceFactory;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogStorage;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import com.alipay.sofa.jraft.storage.SnapshotStorage;
import io.lockstep.node.raft.snapshot.VerifyingSnapshotStorage;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gives JRaft the guarded storages. One per node. */
public final class GuardedServiceFactory extends DefaultJRaftServiceFactory {
    private final GuardedLogStorage log;
    private final long stateAppliedIndex;
    private final Consumer<String> onBroken;
    // Written by the thread that starts the node, read by whoever asks for the status.
    private volatile @Nullable GuardedVoteStorage votes;

    public GuardedServiceFactory(GuardedLogStorage log, long stateAppliedIndex, Consumer<String> onBroken) {
        this.log = log;
        this.stateAppliedIndex = stateAppliedIndex;
        this.onBroken = onBroken;
    }

    /** The current term, as last made durable. */
    public long term() {
        GuardedVoteStorage current = votes;
        return current == null ? 0 : current.term();
    }

    @Override
    public LogStorage createLogStorage(String uri, RaftOptions options) {
        return log;
    }

    @Override
    public RaftMetaStorage createRaftMetaStorage(String uri, RaftOptions options) {
        GuardedVoteStorage storage = new GuardedVoteStorage(super.createRaftMetaStorage(uri, options), onBroken);
        votes = storage;
        return storage;
    }

    @Override
    public SnapshotStorage createSnapshotStorage(NodeOptions options) {
        return new VerifyingSnapshotStorage(
                Path.of(options.getSnapshotUri()),
                options.getRaftOptions(),
                newest -> log.metaOf(stateAppliedIndex, newest));
    }
}
