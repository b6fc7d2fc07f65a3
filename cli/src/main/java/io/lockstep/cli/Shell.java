package io.lockstep.cli;

import io.lockstep.cli.shell.Editor;
import io.lockstep.cli.shell.Lines;
import io.lockstep.cli.shell.Words;
import io.lockstep.cli.shell.Words.NotReadable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines and runs the commands that they are. At a terminal each runs on a thread of its own, which Ctrl-C
 * interrupts; one that does not end then is left behind.
 */
final class Shell {
    private static final long GRACE_SECONDS = 5;

    private final Lines lines;
    private final Console console;
    private final Prompt prompt;
    private final boolean stop;
    private final Optional<Editor> terminal;
    /** The thread that a command runs on: set by the one that reads lines, interrupted by the one that Ctrl-C comes on. */
    private final AtomicReference<@Nullable Thread> running = new AtomicReference<>();
    /** When Ctrl-C came while this command runs; 0: it has not. Written on JLine's thread, read on the one of lines. */
    private volatile long interruptedNanos;

    /** @param stop end at the first command that fails */
    Shell(Lines lines, Console console, Shared shared, boolean stop, Optional<Editor> terminal) {
        this.lines = lines;
        this.console = console;
        this.prompt = new Prompt(console, shared);
        this.stop = stop;
        this.terminal = terminal;
        terminal.ifPresent(editor -> editor.onInterrupt(this::interrupt));
    }

    /** @return 0, or the code of the first command that failed; at a terminal of the last one */
    int run() throws IOException {
        int result = CommandFailed.DONE;
        while (true) {
            Optional<String> line = next();
            if (line.isEmpty()) {
                return result;
            }
            int code;
            try {
                List<String> words = withoutName(Words.read(line.get()).complete());
                if (words.isEmpty()) {
                    continue;
                }
                if (words.get(0).equals("exit") || words.get(0).equals("quit")) {
                    return exit(words, result);
                }
                code = execute(words.toArray(String[]::new));
            } catch (NotReadable bad) {
                console.error(String.valueOf(bad.getMessage()));
                code = CommandFailed.USAGE;
            } catch (CommandFailed failed) {
                console.error(String.valueOf(failed.getMessage()));
                code = failed.exitCode();
            }
            console.out().flush();
            result = terminal.isPresent() || result == CommandFailed.DONE ? code : result;
            if (stop && code != CommandFailed.DONE) {
                return code;
            }
        }
    }

    /** A whole one: a script's line goes on while a quote is open; a terminal sees to that itself. */
    private Optional<String> next() throws IOException {
        Optional<String> line = lines.next(terminal.isPresent() ? prompt.text() : "");
        while (line.isPresent()
                && terminal.isEmpty()
                && !Words.read(line.get()).open().isEmpty()) {
            Optional<String> more = lines.next("");
            if (more.isEmpty()) {
                break;
            }
            line = Optional.of(line.get() + "\n" + more.get());
        }
        return line;
    }

    /** Who types "kv get" means "get". */
    private static List<String> withoutName(List<String> words) {
        return !words.isEmpty() && words.get(0).equals("kv") ? words.subList(1, words.size()) : words;
    }

    private static int exit(List<String> words, int result) {
        if (words.size() == 1) {
            return result;
        }
        try {
            int code = Integer.parseInt(words.get(1));
            if (words.size() == 2 && code >= 0 && code <= 255) {
                return code;
            }
        } catch (NumberFormatException bad) {
            // Told below.
        }
        throw CommandFailed.usage("write exit, or exit and a number up to 255");
    }

    private int execute(String[] words) {
        if (terminal.isEmpty()) {
            return Kv.run(words, console);
        }
        CompletableFuture<Integer> code = new CompletableFuture<>();
        Thread thread = new Thread(() -> complete(code, words), "kv-command");
        thread.setDaemon(true);
        interruptedNanos = 0;
        running.set(thread); // before it begins, or Ctrl-C could come between and be lost
        thread.start();
        try {
            return await(code);
        } finally {
            running.set(null);
        }
    }

    private void complete(CompletableFuture<Integer> code, String[] words) {
        try {
            if (interruptedNanos != 0) {
                Thread.currentThread().interrupt(); // one that has not begun can't be interrupted
            }
            code.complete(Kv.run(words, console));
        } catch (Throwable unforeseen) { // nothing that a command does ends the shell
            console.error("this should not happen, please report it: " + unforeseen);
            code.complete(CommandFailed.FAILED);
        }
    }

    /** For as long as it takes, but not much longer than Ctrl-C. */
    private int await(CompletableFuture<Integer> code) {
        while (true) {
            try {
                return code.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException stillRuns) {
                if (givenUp()) {
                    console.error("it does not end, and is left behind");
                    return CommandFailed.INTERRUPTED;
                }
            } catch (ExecutionException impossible) {
                throw new IllegalStateException(impossible);
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
                return CommandFailed.INTERRUPTED;
            }
        }
    }

    private boolean givenUp() {
        long since = interruptedNanos;
        return since != 0 && System.nanoTime() - since > TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
    }

    private void interrupt() {
        Thread command = running.get();
        if (command != null) {
            interruptedNanos = System.nanoTime();
            command.interrupt();
        }
    }
}
