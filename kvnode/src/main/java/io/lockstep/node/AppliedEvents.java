package io.lockstep.node;

import io.lockstep.node.apply.AppliedChanges;
import io.lockstep.node.apply.ApplyListener;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.auth.AuthEvent;
import io.lockstep.node.lease.LeaseEvents;
import io.lockstep.node.mvcc.ReadView;
import io.lockstep.node.propose.AppliedGate;
import io.lockstep.node.propose.Proposer;
import io.lockstep.node.read.RevisionGate;
import io.lockstep.node.rpc.auth.Tokens;
import io.lockstep.node.watch.WatchHub;
import java.util.List;
import java.util.function.Consumer;

/** What the apply thread tells the write path, the reads that wait for a revision, and the members that wait for us. */
final class AppliedEvents implements ApplyListener {
    private final Proposer proposer;
    private final RevisionGate revisions;
    private final AppliedGate applied;
    private final LeaseEvents leases;
    private final Tokens tokens;
    private final WatchHub watches;
    private final Consumer<ReadView> members;

    /** Apply thread only: of the view published last. */
    private long term;

    AppliedEvents(
            Proposer proposer,
            RevisionGate revisions,
            AppliedGate applied,
            LeaseEvents leases,
            Tokens tokens,
            WatchHub watches,
            Consumer<ReadView> members) {
        this.proposer = proposer;
        this.revisions = revisions;
        this.applied = applied;
        this.leases = leases;
        this.tokens = tokens;
        this.watches = watches;
        this.members = members;
    }

    @Override
    public LeaseEvents leases() {
        return leases;
    }

    @Override
    public void onViewPublished(ReadView view) {
        term = view.term();
        members.accept(view);
        revisions.onPublished(view.revision());
        applied.onApplied(view.appliedIndex());
    }

    @Override
    public void onAuthEvents(List<AuthEvent> events) {
        events.forEach(tokens::onEvent);
    }

    @Override
    public void onChanges(AppliedChanges changes) {
        watches.onChanges(changes);
    }

    @Override
    public void onResults(List<CommandResult> results) {
        proposer.onApplied(results, term);
    }

    @Override
    public void onStateReplaced(long appliedIndex) {
        proposer.onStateReplaced();
        // What the log entries that were skipped said of users is not known: all log in anew.
        tokens.onEvent(new AuthEvent.AllEnded());
        watches.onStateReplaced();
    }
}
