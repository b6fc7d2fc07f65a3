package io.lockstep.examples;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kv example}. */
@Command(
        name = "example",
        synopsisSubcommandLabel = "EXAMPLE",
        description = "Small programs that show what the dial is for, on the running cluster.",
        subcommands = {ShopCommand.class, BankCommand.class, LeaderboardCommand.class, DocumentCommand.class},
        footer = {
            "",
            "Examples:",
            "  kv example shop",
            "  kv example bank --seconds 20",
            "  kv example document",
            "  kv example leaderboard --help"
        })
public final class ExampleCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return CommandLine.ExitCode.USAGE;
    }
}
