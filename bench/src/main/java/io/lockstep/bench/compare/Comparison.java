package io.lockstep.bench.compare;

import io.lockstep.bench.load.Connections;
import io.lockstep.bench.load.LoadGenerator;
import io.lockstep.bench.load.LoadResult;
import io.lockstep.bench.load.LoadSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs the same loads on two systems, pair by pair. Who goes first changes from pair to pair: a machine that slows down over time, or a disk
 * that fills its cache, would else favour one of them.
 */
public final class Comparison {
    private final List<LoadSpec> loads;
    private final Path folder;
    private final Consumer<String> progress;

    /**
     * @param folder on the disk that both systems are to use; each run makes and removes its own folder in it
     * @param progress told one line before each run
     */
    public Comparison(List<LoadSpec> loads, Path folder, Consumer<String> progress) {
        this.loads = List.copyOf(loads);
        this.folder = folder;
        this.progress = progress;
    }

    /** One load on one system. */
    public record Measured(LoadResult load, double serverCpuSeconds, long serverResidentMiB) {}

    /** All loads, in their order, on one system started for them. */
    public record Run(String system, List<Measured> measured) {}

    /** A run of each system, one right after the other. */
    public record Pair(Run subject, Run peer) {}

    /** Runs one system after the other; which one first is told by the number of the pair. */
    public Pair pair(int number, ServerSystem subject, ServerSystem peer) throws IOException, InterruptedException {
        if (number % 2 == 0) {
            Run peerRun = run(peer);
            return new Pair(run(subject), peerRun);
        }
        Run subjectRun = run(subject);
        return new Pair(subjectRun, run(peer));
    }

    /** Starts the system, writes the keys, puts every load on it, and kills it. */
    public Run run(ServerSystem system) throws IOException, InterruptedException {
        progress.accept("starting " + system.label());
        try (LocalCluster cluster = LocalCluster.start(system, folder)) {
            List<Measured> measured = new ArrayList<>();
            boolean loaded = false;
            for (LoadSpec load : loads) {
                LoadSpec.Target target = LoadSpec.Target.of(cluster.endpoints(), load.clients());
                try (Connections connections = new Connections(target)) {
                    LoadGenerator generator = new LoadGenerator(connections, target.connections());
                    if (!loaded) {
                        generator.preload(load);
                        loaded = true;
                    }
                    measured.add(measure(cluster, generator, load));
                }
            }
            return new Run(system.label(), measured);
        }
    }

    private Measured measure(LocalCluster cluster, LoadGenerator generator, LoadSpec load)
            throws IOException, InterruptedException {
        progress.accept("  " + load.mix() + ", " + load.clients() + " clients");
        // Includes the warm-up: both systems have the same, and the ratio is what counts.
        double cpuBefore = cluster.usage().cpuSeconds();
        LoadResult result = generator.run(load);
        ProcessUsage after = cluster.usage();
        return new Measured(result, after.cpuSeconds() - cpuBefore, after.residentMiB());
    }
}
