package io.lockstep.node;

import io.lockstep.node.read.BoundProbe;
import io.lockstep.node.read.ReadGate;
import io.lockstep.node.read.RevisionGate;
import io.lockstep.node.read.StalenessBound;
import io.lockstep.node.rpc.Staleness;
import java.util.concurrent.CompletableFuture;

/** What reads wait for and what is proven of them, as the client port sees it. */
record ReadsOfNode(ReadGate gate, RevisionGate revisions, StalenessBound bound, BoundProbe probe)
        implements io.lockstep.node.rpc.ReadGate, Staleness {
    @Override
    public CompletableFuture<Void> await(long deadlineNanos) {
        return gate.await(deadlineNanos);
    }

    @Override
    public CompletableFuture<Void> awaitRevision(long revision, long deadlineNanos) {
        return revisions.await(revision, deadlineNanos);
    }

    @Override
    public Proof newest() {
        StalenessBound.Mark proven = bound.proven();
        return proven == null ? () -> UNPROVEN : proven::ageMillis;
    }

    @Override
    public void asked() {
        probe.asked();
    }
}
