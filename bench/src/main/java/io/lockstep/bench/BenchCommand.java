package io.lockstep.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** `kv bench`. */
@Command(
        name = "bench",
        description = "Measure a server, or two against each other.",
        mixinStandardHelpOptions = true,
        subcommands = {
            LoadCommand.class,
            CompareCommand.class,
            OverloadCommand.class,
            WatchCommand.class,
            LeasesCommand.class,
            NullServerCommand.class
        })
public final class BenchCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    CommandSpec command;

    @Override
    public void run() {
        throw new ParameterException(
                command.commandLine(), "which? load, compare, overload, watch, leases or null-server");
    }

    /** For running the benchmarks without the rest of the command line. */
    public static void main(String[] args) {
        CommandLine commandLine = new CommandLine(new BenchCommand());
        commandLine.setParameterExceptionHandler((error, arguments) -> {
            error.getCommandLine().getErr().println(error.getMessage() + " (--help shows what there is)");
            return ExitCode.USAGE;
        });
        System.exit(commandLine.execute(args));
    }
}
