package io.lockstep.node;

import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.propose.Proposer;
import io.lockstep.node.rpc.Writes;
import io.lockstep.proto.log.Command;
import java.util.concurrent.CompletableFuture;

/** The write path, as the client port sees it. */
record WritesOfNode(Proposer proposer, ReplicatedState state) implements Writes {
    @Override
    public CompletableFuture<CommandResult> propose(Command.Builder command, long deadlineNanos) {
        return proposer.propose(command, deadlineNanos);
    }

    @Override
    public CompletableFuture<Void> compactedOnDisk(long revision) {
        return state.compacted(revision);
    }
}
