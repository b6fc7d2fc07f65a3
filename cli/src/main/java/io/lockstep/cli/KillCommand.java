package io.lockstep.cli;

import io.lockstep.cli.cluster.LocalCluster;
import io.lockstep.cli.cluster.LocalNode;
import io.lockstep.cli.cluster.Readiness;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "kill",
        description = "Kills a node of the local cluster as a crash would (SIGKILL).",
        footer = {
            "",
            "Examples:",
            "  kv kill 2",
            "  kv kill leader",
            "  kv start 2                             and back"
        })
final class KillCommand implements Callable<Integer> {
    private static final Duration ELECTION_PATIENCE = Duration.ofSeconds(10);

    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    @Parameters(index = "0", paramLabel = "NODE", description = "1, 2, ... or leader.")
    String node = "";

    private final Console console;

    KillCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        try (LocalCluster local = LocalCluster.open(cluster.directory(console), console)) {
            LocalNode target = node.equals("leader") ? leader(local) : local.node(node);
            Optional<Long> pid = target.kill();
            if (pid.isEmpty()) {
                throw new CommandFailed(
                        target.name() + " does not run: \"kv start " + target.number() + "\" starts it");
            }
            console.say("killed " + target.name() + " (pid " + pid.get() + "); back with \"kv start " + target.number()
                    + "\"");
        }
        return CommandFailed.DONE;
    }

    private static LocalNode leader(LocalCluster local) {
        OptionalInt leader;
        try (Readiness readiness = new Readiness(local)) {
            leader = readiness.awaitLeader(ELECTION_PATIENCE);
        }
        return local.node(Integer.toString(
                leader.orElseThrow(() -> new CommandFailed("no node leads: see \"kv status\", or name a node"))));
    }
}
