package io.lockstep.node;

import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.raft.StateMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The replicated state, as the group sees it. */
final class StateOfGroup implements StateMachine {
    private final ReplicatedState state;

    StateOfGroup(ReplicatedState state) {
        this.state = state;
    }

    @Override
    public void apply(long index, long term, ByteBuffer entry) {
        state.apply(index, term, entry);
    }

    @Override
    public void endOfBatch() {
        state.endOfBatch();
    }

    @Override
    public void checkpoint(Path target) throws IOException {
        state.checkpoint(target);
    }

    @Override
    public void install(Path checkpoint) throws IOException {
        state.install(checkpoint);
    }

    @Override
    public long appliedIndex() {
        return state.appliedIndex();
    }

    @Override
    public long appliedTerm() {
        return state.appliedTerm();
    }

    @Override
    public void flush() throws IOException {
        state.flush();
    }
}
