package io.lockstep.cli;

import io.lockstep.cli.cluster.LocalCluster;
import io.lockstep.cli.cluster.LocalNode;
import io.lockstep.cli.cluster.Readiness;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "start",
        description = "Starts a node of the local cluster again, or all that do not run.",
        footer = {"", "Examples:", "  kv start 2", "  kv start all"})
final class StartCommand implements Callable<Integer> {
    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    @Parameters(index = "0", paramLabel = "NODE", description = "1, 2, ... or all.")
    String node = "";

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = Durations.class,
            description = "How long to wait until it serves. Default: 60s.")
    Duration patience = Duration.ofSeconds(60);

    private final Console console;

    StartCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        try (LocalCluster local = LocalCluster.open(cluster.directory(console), console)) {
            List<LocalNode> wanted = node.equals("all") ? local.nodes() : List.of(local.node(node));
            List<LocalNode> started = local.start(wanted);
            if (started.isEmpty()) {
                console.say(
                        node.equals("all")
                                ? "all nodes run already"
                                : wanted.get(0).name() + " runs already");
            }
            long running =
                    local.nodes().stream().filter(one -> one.pid().isPresent()).count();
            if (running * 2 <= local.nodes().size()) {
                console.say(running + " of " + local.nodes().size() + " nodes run: no quorum, so only stale reads"
                        + " are answered; \"kv start all\" starts the rest");
                return CommandFailed.DONE;
            }
            try (Readiness readiness = new Readiness(local)) {
                readiness.await(started, patience, console);
            }
        }
        return CommandFailed.DONE;
    }
}
