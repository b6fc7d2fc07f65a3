package io.lockstep.node;

import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.raft.StateMachine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The replicated state, as the group sees it. */
final class StateOfGroup implements StateMachine {
    private final ReplicatedState state;

    /** Tests write, the apply thread reads: it waits for this before it goes on. Null: nobody holds it. */
    private volatile @Nullable CountDownLatch held;

    StateOfGroup(ReplicatedState state) {
        this.state = state;
    }

    @Override
    public void apply(long index, long term, ByteBuffer entry) {
        awaitHeld();
        state.apply(index, term, entry);
    }

    @Override
    public void endOfBatch() {
        awaitHeld();
        state.endOfBatch();
    }

    void hold(CountDownLatch until) {
        held = until;
    }

    private void awaitHeld() {
        CountDownLatch until = held;
        if (until != null) {
            try {
                until.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
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
