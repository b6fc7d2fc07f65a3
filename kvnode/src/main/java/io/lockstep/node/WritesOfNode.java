package io.lockstep.node;

import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.apply.MemberRules;
import io.lockstep.node.apply.ReplicatedState;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.propose.AppliedElsewhere;
import io.lockstep.node.propose.Proposer;
import io.lockstep.node.rpc.Writes;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.MemberRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The write path, as the client port sees it. */
record WritesOfNode(long memberId, Proposer proposer, AppliedElsewhere elsewhere, ReplicatedState state)
        implements Writes {
    @Override
    public CompletableFuture<CommandResult> propose(Command.Builder command, long deadlineNanos) {
        return proposer.propose(command, deadlineNanos);
    }

    @Override
    public CompletableFuture<Void> accept(Command.Builder command, long deadlineNanos) {
        return proposer.proposeAccepted(command, deadlineNanos);
    }

    @Override
    public CompletableFuture<List<Long>> appliedEverywhere(long deadlineNanos) {
        ReadView view = state.acquireView();
        try {
            return elsewhere.await(view.appliedIndex(), others(view), deadlineNanos);
        } finally {
            view.release();
        }
    }

    /** The other members of the cluster, by what is applied here. */
    List<Long> others() {
        ReadView view = state.acquireView();
        try {
            return others(view);
        } finally {
            view.release();
        }
    }

    private List<Long> others(ReadView view) {
        return MemberRules.staying(view.members())
                .map(MemberRecord::getMemberId)
                .filter(id -> id != memberId)
                .toList();
    }

    @Override
    public CompletableFuture<Void> compactedOnDisk(long revision) {
        return state.compacted(revision);
    }
}
