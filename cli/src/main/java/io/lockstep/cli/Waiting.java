package io.lockstep.cli;

import io.lockstep.client.ClientException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Waits for an answer that has no blocking form in the client; by the time-out of the command it is there. In a shell a
 * command is ended by an interrupt: then the wait ends with a {@link CancellationException}.
 */
final class Waiting {
    private Waiting() {}

    static <A> A on(CompletableFuture<A> answer) {
        try {
            return answer.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof ClientException known) {
                throw known;
            }
            if (failed.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException ended) {
            throw interrupted();
        }
    }

    /** The thread's flag is left down: what must be put in order on the way out may wait. */
    static CancellationException interrupted() {
        return new CancellationException("interrupted");
    }
}
