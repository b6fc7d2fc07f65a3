package io.lockstep.cli;

import io.lockstep.cli.output.Format;
import io.lockstep.cli.output.Printer;
import picocli.CommandLine.Option;

/** How to print answers. */
final class OutputOptions {
    @Option(
            names = {"-w", "--write-out"},
            paramLabel = "FORMAT",
            defaultValue = "simple",
            description = "simple, json, fields or table (table: endpoint and member list only). Default: simple.")
    Format format = Format.simple;

    @Option(names = "--hex", description = "Print keys and values as \\x68\\x69.")
    boolean hex;

    Printer printer() {
        return format.printer(hex, false);
    }
}
