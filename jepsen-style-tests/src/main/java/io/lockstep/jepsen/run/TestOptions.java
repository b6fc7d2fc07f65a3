package io.lockstep.jepsen.run;

import io.lockstep.jepsen.cluster.ServerKind;
import io.lockstep.jepsen.nemesis.FaultKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What to test, and how.
 *
 * @param time for clients and faults, longer if a cluster is slow to recover; start and final reads are not counted
 * @param operationsPerSecond of all clients together, at most
 * @param seed decides the plan of faults and each client's choices
 * @param staleAsLinearizable a control: reads are sent as stale ones and judged as linearizable ones, which the checkers
 *     must find
 * @param results where the folder of this run is made
 */
public record TestOptions(
        String workload,
        List<FaultKind> faults,
        Duration time,
        long seed,
        int nodes,
        int operationsPerSecond,
        ServerKind server,
        boolean staleAsLinearizable,
        Path results) {
    public TestOptions {
        faults = List.copyOf(faults);
        if (operationsPerSecond < 1) {
            throw new IllegalArgumentException("rate must be at least 1, not " + operationsPerSecond);
        }
    }

    /** A name for the folder, which tells most of it. */
    String title() {
        String kinds = faults.isEmpty()
                ? "none"
                : String.join(
                        "+",
                        faults.stream()
                                .map(kind -> kind.group().label())
                                .distinct()
                                .toList());
        return server.name() + "-" + workload + "-" + kinds + "-seed" + seed;
    }
}
