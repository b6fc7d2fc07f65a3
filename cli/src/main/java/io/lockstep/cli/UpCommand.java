package io.lockstep.cli;

import io.lockstep.cli.cluster.LocalCluster;
import io.lockstep.cli.cluster.LocalNode;
import io.lockstep.cli.cluster.Readiness;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "up",
        description = "Starts a cluster on this machine: three processes that keep everything under .lockstep.",
        footer = {
            "",
            "Client ports are 2379, 22379, 32379 (and 42379, 52379); peer ports one above each. A second call starts",
            "what does not run.",
            "",
            "Examples:",
            "  kv up",
            "  kv up --nodes 5",
            "  kv up --client-ports 5000,5010,5020 --dir /tmp/other"
        })
final class UpCommand implements Callable<Integer> {
    private static final List<Integer> PORTS = List.of(2379, 22379, 32379, 42379, 52379);
    private static final int DEFAULT_NODES = 3;

    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    @Option(names = "--nodes", paramLabel = "N", description = "1, 3 or 5. Default: 3.")
    @Nullable
    Integer nodes;

    @Option(
            names = "--client-ports",
            paramLabel = "PORT[,...]",
            split = ",",
            description = "One for each node; its peer port is one above.")
    @Nullable
    List<Integer> clientPorts;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = Durations.class,
            description = "How long to wait until every node serves. Default: 60s.")
    Duration patience = Duration.ofSeconds(60);

    private final Console console;

    UpCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        Path directory = cluster.directory(console);
        Optional<List<Integer>> wanted = wantedPorts();
        try (LocalCluster local =
                LocalCluster.openOrCreate(directory, wanted, PORTS.subList(0, DEFAULT_NODES), console)) {
            List<LocalNode> started = local.start(local.nodes());
            if (started.isEmpty()) {
                console.say("the cluster in " + directory + " already runs");
            }
            try (Readiness readiness = new Readiness(local)) {
                readiness.await(started.isEmpty() ? local.nodes() : started, patience, console);
            }
            console.say("");
            console.say(local.file().size() + " nodes serve on "
                    + String.join(", ", local.file().endpoints()) + ".");
            console.say("Next: kv put greeting hello; kv get greeting; kv status; kv down");
        }
        return CommandFailed.DONE;
    }

    private Optional<List<Integer>> wantedPorts() {
        if (clientPorts != null) {
            checkPorts(clientPorts);
            return Optional.of(List.copyOf(clientPorts));
        }
        if (nodes == null) {
            return Optional.empty();
        }
        if (nodes != 1 && nodes != 3 && nodes != 5) {
            throw CommandFailed.usage("--nodes is " + nodes + "; it must be 1, 3 or 5: an even number survives no more"
                    + " failures than the odd one below");
        }
        return Optional.of(PORTS.subList(0, nodes));
    }

    private void checkPorts(List<Integer> ports) {
        int count = ports.size();
        if (count != 1 && count != 3 && count != 5 || nodes != null && nodes != count) {
            throw CommandFailed.usage("--client-ports has " + count + " ports; give one for each of "
                    + (nodes == null ? "1, 3 or 5" : nodes) + " nodes");
        }
        Set<Integer> used = new HashSet<>();
        for (int port : ports) {
            if (port < 1 || port > 65534) {
                throw CommandFailed.usage("--client-ports: " + port + " is not between 1 and 65534");
            }
            if (!used.add(port) || !used.add(port + 1)) {
                throw CommandFailed.usage(
                        "--client-ports: " + port + " is used twice; each node takes its port and the" + " one above");
            }
        }
    }
}
