package io.lockstep.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        description = "Prints a script that completes commands and options.",
        footer = {
            "",
            "Examples:",
            "  source <(kv completion bash)           in ~/.bashrc",
            "  source <(kv completion zsh)            in ~/.zshrc"
        })
final class CompletionCommand implements Callable<Integer> {
    private enum Shell {
        bash,
        zsh
    }

    @Parameters(index = "0", paramLabel = "SHELL", description = "bash or zsh.")
    Shell shell = Shell.bash;

    private final Console console;

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        // The one script serves both: in zsh it turns on the emulation of bash's completion by itself.
        console.out().print(AutoComplete.bash("kv", Kv.everything(console)));
        console.out().flush();
        return CommandFailed.DONE;
    }
}
