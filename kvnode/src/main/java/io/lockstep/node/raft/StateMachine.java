package io.lockstep.node.raft;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The replicated state, as the group sees it. Its first five methods are called by the apply thread only; an exception
 * from any of them stops the node.
 */
public interface StateMachine {
    /** One committed entry. At or below {@link #appliedIndex()}: it was applied before and must change nothing. */
    void apply(long index, long term, ByteBuffer entry);

    /** No further entry is committed for now: what was applied becomes visible. */
    void endOfBatch();

    /** Writes the state as applied into this directory, which does not exist yet. */
    void checkpoint(Path target) throws IOException;

    /** Replaces the state by this verified checkpoint. */
    void install(Path checkpoint) throws IOException;

    /** The last entry that is part of the state. Any thread. */
    long appliedIndex();

    /** The term of that entry. Any thread. */
    long appliedTerm();

    /** Makes the applied state durable, so that the checkpoint after it is quick. Blocks; a background thread. */
    void flush() throws IOException;
}
