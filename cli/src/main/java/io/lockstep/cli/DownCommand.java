package io.lockstep.cli;

import io.lockstep.cli.cluster.LocalCluster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "down",
        description = "Stops the local cluster; its data stays.",
        footer = {"", "Examples:", "  kv down", "  kv down --wipe                         and remove its data"})
final class DownCommand implements Callable<Integer> {
    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    @Option(names = "--wipe", description = "Remove the cluster's data too.")
    boolean wipe;

    private final Console console;

    DownCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path directory = cluster.directory(console);
        try (LocalCluster local = LocalCluster.open(directory, console)) {
            int stopped = local.stop();
            if (wipe) {
                local.wipe();
                console.say("stopped " + stopped + " nodes; their data is removed");
            } else if (stopped == 0) {
                console.say("no node runs; the data is in " + directory + " (\"kv down --wipe\" removes it)");
            } else {
                console.say("stopped " + stopped + " nodes; the data stays in " + directory
                        + " (\"kv up\" starts again, \"kv down --wipe\" removes it)");
            }
        }
        return CommandFailed.DONE;
    }
}
