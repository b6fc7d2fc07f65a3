package io.lockstep.node.apply;

import io.lockstep.node.auth.AuthEvent;
import io.lockstep.node.lease.LeaseEvents;
import io.lockstep.node.mvcc.ReadView;
import java.util.List;

/** Told by the apply thread, in this order, after each batch is visible. Must not block and must not throw. */
public interface ApplyListener {
    /** The view that readers get from now on. Valid during the call; who keeps it acquires it. */
    void onViewPublished(ReadView view);

    /** What the batch means for who is logged in, in log order; not called for nothing. */
    void onAuthEvents(List<AuthEvent> events);

    /** What that view has beyond the one before it. Kept and read on other threads. */
    default void onChanges(AppliedChanges changes) {}

    /** Results of commands that this boot of this member proposed, in log order. None is a call too: terms move on with it. */
    void onResults(List<CommandResult> results);

    /** A snapshot replaced the state up to this index: own commands at or below it may have been skipped unanswered. */
    void onStateReplaced(long appliedIndex);

    /** Who keeps the time of leases; told while a batch is executed, before it is visible. Always the same. */
    default LeaseEvents leases() {
        return LeaseEvents.NONE;
    }
}
