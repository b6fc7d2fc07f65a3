package io.lockstep.node.expiry;

import io.lockstep.node.apply.CommandResult;
import io.lockstep.proto.log.Command;
import java.util.concurrent.CompletableFuture;

/** The way into the log. */
@FunctionalInterface
public interface LeaseLog {
    /**
     * @param deadlineNanos on the clock of {@link System#nanoTime}
     * @return ends by the deadline: with the result, or with a {@link io.lockstep.node.error.KvException}
     */
    CompletableFuture<CommandResult> propose(Command.Builder command, long deadlineNanos);
}
