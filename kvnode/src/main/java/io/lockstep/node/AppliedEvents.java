package io.lockstep.node;

import io.lockstep.node.apply.ApplyListener;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.propose.Proposer;
import java.util.List;

/** What the apply thread tells the write path. */
final class AppliedEvents implements ApplyListener {
    private final Proposer proposer;

    /** Apply thread only: of the view published last. */
    private long term;

    AppliedEvents(Proposer proposer) {
        this.proposer = proposer;
    }

    @Override
    public void onViewPublished(ReadView view) {
        term = view.term();
    }

    @Override
    public void onResults(List<CommandResult> results) {
        proposer.onApplied(results, term);
    }

    @Override
    public void onStateReplaced(long appliedIndex) {
        proposer.onStateReplaced();
    }
}
