package io.lockstep.cli;

import io.lockstep.api.StatusResponse;
import io.lockstep.client.ClientException;
import io.lockstep.client.Endpoint;
import io.lockstep.client.KvClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What stands before each line: whom commands ask first, and whether somebody leads there. */
final class Prompt {
    private static final Duration PATIENCE = Duration.ofMillis(300);
    /** The first one also connects. */
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(2);

    private final Console console;
    private final Shared shared;
    private boolean isFirst = true;

    Prompt(Console console, Shared shared) {
        this.console = console;
        this.shared = shared;
    }

    /** Takes no longer than a blink, whatever the server does. Called by the one thread that reads lines. */
    String text() {
        Duration patience = isFirst ? FIRST_PATIENCE : PATIENCE;
        isFirst = false;
        try {
            Connection options = shared.options();
            Map.Entry<String, Endpoint> first =
                    options.endpoints(console).entrySet().iterator().next();
            KvClient client = shared.client(console, options, true).withTimeout(patience);
            return "kv " + first.getKey() + state(client.status(first.getValue()), patience) + "> ";
        } catch (CommandFailed | ClientException wrongOptions) {
            return "kv> "; // each command will say what is wrong with them
        }
    }

    private static String state(CompletableFuture<StatusResponse> asked, Duration patience) {
        try {
            StatusResponse status = asked.get(2 * patience.toMillis(), TimeUnit.MILLISECONDS);
            long self = status.getHeader().getMemberId();
            return status.getLeader() == 0 ? " (no leader)" : status.getLeader() == self ? " (leader)" : "";
        } catch (ExecutionException refusedOrAway) {
            boolean answers = refusedOrAway.getCause() instanceof ClientException failed
                    && switch (failed.code()) {
                        case UNAVAILABLE, DEADLINE_EXCEEDED -> false;
                        default -> true;
                    };
            return answers ? "" : " (away)";
        } catch (TimeoutException slow) {
            return " (away)";
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
