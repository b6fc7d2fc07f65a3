package io.lockstep.cli;

import io.lockstep.cli.output.NoTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Whatever goes wrong in a command as one line and an exit code. A class and not two lambdas: a lambda's interface is
 * linked when the archive of classes is made, and picocli's are too old to be archived once linked.
 */
final class ErrorLine implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final Console console;

    ErrorLine(Console console) {
        this.console = console;
    }

    @Override
    public int handleParseException(ParameterException error, String[] words) {
        String message = String.valueOf(error.getMessage()).replace('\n', ' ').strip();
        String command = error.getCommandLine().getCommandSpec().qualifiedName();
        console.error(message + (message.endsWith(".") ? " See" : ": see") + " \"" + command + " --help\"");
        return CommandFailed.USAGE;
    }

    @Override
    public int handleExecutionException(Exception error, CommandLine line, @Nullable ParseResult result) {
        if (error instanceof CommandFailed known) {
            console.error(String.valueOf(known.getMessage()));
            return known.exitCode();
        }
        if (error instanceof CancellationException || error instanceof InterruptedException) {
            // Who ended it knows.
            return CommandFailed.INTERRUPTED;
        }
        if (error instanceof NoTable wrongFormat) {
            console.error(String.valueOf(wrongFormat.getMessage()));
            return CommandFailed.USAGE;
        }
        if (error instanceof UncheckedIOException unreadable) {
            console.error(unreadable.getMessage() + ": " + reason(unreadable.getCause()));
            return CommandFailed.FAILED;
        }
        if (error instanceof IOException unreadable) {
            console.error(reason(unreadable));
            return CommandFailed.FAILED;
        }
        console.error("this should not happen, please report it: " + error);
        return CommandFailed.FAILED;
    }

    private static String reason(@Nullable IOException error) {
        if (error == null) {
            return "unknown";
        }
        String message = error.getMessage();
        String kind = error.getClass().getSimpleName();
        return message == null ? kind : kind.equals("IOException") ? message : message + " (" + kind + ")";
    }
}
