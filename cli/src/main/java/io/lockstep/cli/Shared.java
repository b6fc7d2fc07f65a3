package io.lockstep.cli;

import io.lockstep.cli.Passwords.Prompter;
import io.lockstep.client.KvClient;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of a shell have in common: options that hold unless a command has its own, and a client that is kept
 * between them. The commands run one after the other, and completion asks between them; but one that Ctrl-C could not end
 * may still run beside the next, hence synchronized.
 */
public final class Shared implements AutoCloseable {
    private final Connection shell;
    private final Optional<Prompter> prompter;
    /** Of the client. */
    private List<String> settings = List.of();

    private @Nullable KvClient client;

    /**
     * @param shell the shell's own options
     * @param prompter at the shell's terminal, if it has one
     */
    Shared(Connection shell, Optional<Prompter> prompter) {
        this.shell = shell;
        this.prompter = prompter;
    }

    Optional<Prompter> prompter() {
        return prompter;
    }

    Connection options() {
        return shell;
    }

    /** Options that are not given are the shell's. */
    void fill(Connection command) {
        command.inherit(shell);
    }

    /** The client that was used last, if it has these settings; else a new one, and that one ends. Not to be closed. */
    synchronized KvClient client(Console console, Connection command, boolean inputIsTaken) {
        List<String> wanted = command.settings(console);
        KvClient kept = client;
        if (kept == null || !settings.equals(wanted)) {
            // Without a terminal the rest of standard input is the script.
            KvClient opened = command.open(console, inputIsTaken || prompter.isEmpty());
            close();
            client = opened;
            settings = wanted;
            kept = opened;
        }
        return kept.withTimeout(command.timeout());
    }

    @Override
    public synchronized void close() {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
