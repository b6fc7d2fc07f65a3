package io.lockstep.node.config;

import java.time.Duration;

/** When history is forgotten without being asked: etcd's {@code --auto-compaction-mode} and {@code -retention}. */
public sealed interface CompactionRule {
    /** Only when a client asks. */
    record Off() implements CompactionRule {}

    /** History is kept for this long; done every hour, or as often as it is kept if that is shorter. */
    record Periodic(Duration retention) implements CompactionRule {}

    /** So many revisions are kept; done every five minutes. */
    record KeepRevisions(long count) implements CompactionRule {}
}
