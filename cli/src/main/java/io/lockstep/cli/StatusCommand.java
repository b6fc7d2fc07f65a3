package io.lockstep.cli;

import io.lockstep.api.StatusResponse;
import io.lockstep.cli.cluster.LocalCluster;
import io.lockstep.cli.cluster.LocalNode;
import io.lockstep.cli.cluster.Readiness;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "status",
        description = "How the nodes of the local cluster are.",
        footer = {"", "Exit code 1 if a node does not answer.", "", "Examples:", "  kv status"})
final class StatusCommand implements Callable<Integer> {
    private static final String ROW = "%-6s  %-8s  %-16s  %-9s  %-10s  %-10s  %-10s  %s%n";

    @Mixin
    ClusterOptions cluster = new ClusterOptions();

    private final Console console;

    StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        boolean allAnswer = true;
        try (LocalCluster local = LocalCluster.look(cluster.directory(console), console)) {
            List<Optional<StatusResponse>> statuses;
            try (Readiness readiness = new Readiness(local)) {
                statuses = readiness.statuses();
            }
            console.out().printf(ROW, "NODE", "PID", "ENDPOINT", "ROLE", "TERM", "REVISION", "APPLIED", "STATE");
            for (LocalNode node : local.nodes()) {
                Optional<StatusResponse> status = statuses.get(node.number() - 1);
                allAnswer &= status.isPresent();
                console.out().print(row(node, status));
            }
            console.out().flush();
        }
        return allAnswer ? CommandFailed.DONE : CommandFailed.FAILED;
    }

    private String row(LocalNode node, Optional<StatusResponse> answer) {
        String pid = node.pid().map(String::valueOf).orElse("-");
        if (answer.isEmpty()) {
            String state = node.pid().isPresent()
                    ? "does not answer: kv logs " + node.number()
                    : node.isStale() ? "crashed: kv logs " + node.number() : "stopped: kv start " + node.number();
            return String.format(ROW, node.name(), pid, node.endpoint(), "-", "-", "-", "-", console.bad(state));
        }
        StatusResponse status = answer.get();
        boolean leads = status.getLeader() == status.getHeader().getMemberId();
        String role = leads ? "leader" : status.getIsLearner() ? "learner" : "follower";
        boolean healthy = status.getLeader() != 0 && status.getErrorsList().isEmpty();
        String state = healthy
                ? console.good("serves")
                : console.bad(
                        status.getErrorsList().isEmpty()
                                ? "knows no leader"
                                : String.join("; ", status.getErrorsList()));
        return String.format(
                ROW,
                node.name(),
                pid,
                node.endpoint(),
                role,
                Long.toUnsignedString(status.getRaftTerm()),
                status.getHeader().getRevision(),
                Long.toUnsignedString(status.getRaftAppliedIndex()),
                state);
    }
}
