package io.lockstep.cli;

import io.lockstep.client.ClientException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waits for an answer that has no blocking form in the client; by the time-out of the command it is there. */
final class Waiting {
    private Waiting() {}

    static <A> A on(CompletableFuture<A> answer) {
        try {
            return answer.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof ClientException known) {
                throw known;
            }
            throw failed;
        }
    }
}
