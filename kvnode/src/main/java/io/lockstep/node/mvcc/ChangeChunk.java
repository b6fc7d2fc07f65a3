package io.lockstep.node.mvcc;

import java.util.List;

/**
 * A piece of history: whole revisions, in order.
 *
 * @param to nothing up to and including this revision is missing
 */
public record ChangeChunk(long to, List<KeyChange> changes) {
    /** How much of history is read at a time; the last revision is whole, however large. */
    public record Limit(int changes, long bytes) {}
}
