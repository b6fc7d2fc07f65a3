package io.lockstep.cli;

import io.lockstep.cli.Passwords.Prompter;
import io.lockstep.cli.shell.Editor;
import io.lockstep.cli.shell.Lines;
import io.lockstep.cli.shell.Script;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jline.terminal.Terminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "shell",
        description = "A prompt for all commands, with one connection, completion and history.",
        footer = {
            "",
            "Commands are typed without \"kv\"; options given here hold for all of them. Words are quoted as in a shell.",
            "Tab completes commands, options and keys; Ctrl-C ends the running command; Ctrl-D or exit leaves.",
            "Without a terminal commands are read from standard input; the exit code is that of the first that failed.",
            "",
            "Examples:",
            "  kv shell",
            "  kv shell --user root                   asks for the password once",
            "  kv shell --stop < commands.txt         up to the first command that fails"
        })
final class ShellCommand implements Callable<Integer> {
    @Mixin
    Connection connection = new Connection();

    @Option(names = "--stop", description = "End when a command fails, with its exit code.")
    boolean stop;

    private final Console console;
    private final @Nullable Terminal given;

    ShellCommand(Console console) {
        this(console, null);
    }

    /** @param terminal to be used instead of the process's */
    ShellCommand(Console console, @Nullable Terminal terminal) {
        this.console = console;
        this.given = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (console.shared().isPresent()) {
            throw CommandFailed.usage("this is a shell already");
        }
        if (given == null && System.console() == null) {
            return script();
        }
        Terminal terminal = given == null ? Editor.systemTerminal() : given;
        KeptCompletions completions = new KeptCompletions();
        try (Editor editor =
                new Editor(terminal, begun -> completions.of(begun), history(), line -> !Secrets.areIn(line))) {
            Prompter prompter = prompt -> editor.secret(prompt)
                    .filter(password -> !password.isEmpty())
                    .map(Bytes::text)
                    .orElseThrow(() -> CommandFailed.usage("no password was typed"));
            try (Shared shared = shared(Optional.of(prompter))) {
                Console inner = console.within(shared, editor.input());
                completions.now = new Completions(inner, shared);
                return new Shell(editor, inner, shared, stop, Optional.of(editor)).run();
            }
        }
    }

    /** The completions need the shell's console, which needs the editor, which needs the completions. */
    private static final class KeptCompletions {
        private @Nullable Completions now;

        Editor.Completions of(Editor.Begun begun) {
            Completions completions = now;
            return completions == null ? Editor.Completions.NONE : completions.of(begun);
        }
    }

    private int script() throws IOException {
        Lines lines = new Script(console.in());
        try (Shared shared = shared(Optional.empty())) {
            return new Shell(lines, console.within(shared, lines.input()), shared, stop, Optional.empty()).run();
        }
    }

    /** The password is asked for once, now. */
    private Shared shared(Optional<Prompter> prompter) {
        Shared shared = new Shared(connection, prompter);
        Console asking = console.within(shared, console.in());
        connection.who(console).filter(who -> who.given().isEmpty()).ifPresent(who -> {
            connection.user = Bytes.ofText(who.name());
            connection.password = Bytes.ofText(who.password(asking, true));
        });
        return shared;
    }

    private Path history() {
        return console.environment("XDG_STATE_HOME")
                .map(Path::of)
                .filter(Path::isAbsolute)
                .or(() -> console.environment("HOME").map(home -> Path.of(home, ".local", "state")))
                .orElse(console.folder())
                .resolve("lockstep")
                .resolve("kv-history");
    }
}
