package io.lockstep.bench;

import io.lockstep.bench.compare.LocalCluster;
import io.lockstep.bench.compare.ServerMemory;
import io.lockstep.bench.compare.ServerSystem;
import io.lockstep.bench.load.Connections;
import io.lockstep.bench.load.LoadFailedException;
import io.lockstep.bench.load.LoadSpec;
import io.lockstep.bench.watch.WatchLoad;
import io.lockstep.bench.watch.WatchResult;
import io.lockstep.bench.watch.WatchSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Many watchers on a cluster of its own. */
@Command(
        name = "watch",
        description = {
            "Start a three-node cluster with many watchers, put keys at a steady rate, and see that every event",
            "reaches every watcher of its key, and how late. Exit code 1 if one does not, or p99 is too high."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class WatchCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    CommandSpec command;

    @Option(
            names = "--watchers",
            defaultValue = "10000",
            paramLabel = "N",
            description = "each of one key, taken in turn (default: ${DEFAULT-VALUE})")
    int watchers;

    @Option(
            names = "--keys",
            defaultValue = "10000",
            paramLabel = "N",
            description = "put in turn (default: ${DEFAULT-VALUE})")
    int keys;

    @Option(
            names = "--rate",
            defaultValue = "1000",
            paramLabel = "N",
            description = "puts a second, whether or not others are done (default: ${DEFAULT-VALUE})")
    int ratePerSecond;

    @Option(
            names = "--watchers-per-stream",
            defaultValue = "100",
            paramLabel = "N",
            description = "clients differ: jetcd has a stream for each, Go's client one for all"
                    + " (default: ${DEFAULT-VALUE})")
    int watchersPerStream;

    @Option(
            names = "--connections",
            defaultValue = "12",
            paramLabel = "N",
            description = "over which the streams go, and as many for the puts (default: ${DEFAULT-VALUE})")
    int connections;

    @Option(
            names = "--seconds",
            defaultValue = "30",
            paramLabel = "S",
            description = "timed (default: ${DEFAULT-VALUE})")
    int seconds;

    @Option(
            names = "--warmup",
            defaultValue = "20",
            paramLabel = "S",
            description = "puts before that whose events are counted and not timed (default: ${DEFAULT-VALUE})")
    int warmupSeconds;

    @Option(
            names = "--value-size",
            defaultValue = "256",
            paramLabel = "BYTES",
            description = "(default: ${DEFAULT-VALUE})")
    int valueBytes;

    @Option(
            names = "--max-p99",
            defaultValue = "200",
            paramLabel = "MILLIS",
            description = "what is wanted (default: ${DEFAULT-VALUE})")
    int maxP99Millis;

    @Mixin
    ServerOptions options = new ServerOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = command.commandLine().getOut();
        WatchSpec spec;
        try {
            spec = new WatchSpec(watchers, keys, watchersPerStream, ratePerSecond, warmupSeconds, seconds, valueBytes);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
        ServerSystem servers = options.system(command);
        say(
                out,
                "%s, %d members: %,d watchers of %,d keys on %,d streams of %d connections, %,d puts/s for %d s",
                servers.label(),
                servers.members(),
                watchers,
                keys,
                spec.streams(),
                connections,
                ratePerSecond,
                warmupSeconds + seconds);
        try (LocalCluster cluster = LocalCluster.start(servers, options.folder())) {
            return measure(cluster, spec, out);
        } catch (LoadFailedException e) {
            command.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }

    private int measure(LocalCluster cluster, WatchSpec spec, PrintWriter out)
            throws IOException, InterruptedException {
        LoadSpec.Target target = target(cluster);
        try (Connections forPuts = new Connections(target);
                Connections forWatchers = new Connections(target);
                WatchLoad load = new WatchLoad(spec, forPuts)) {
            ServerMemory without = ServerMemory.of(cluster);
            load.watch(forWatchers);
            ServerMemory with = ServerMemory.of(cluster);
            memory(without, with, out);
            String before = loadAverage();
            WatchResult result = load.run();
            say(out, "load average %s before, %s after", before, loadAverage());
            return print(result, out);
        }
    }

    private LoadSpec.Target target(LocalCluster cluster) {
        try {
            return new LoadSpec.Target(cluster.endpoints(), connections);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private void memory(ServerMemory without, ServerMemory with, PrintWriter out) {
        if (without.liveHeapBytes().isPresent() && with.liveHeapBytes().isPresent()) {
            long before = without.liveHeapBytes().getAsLong();
            long after = with.liveHeapBytes().getAsLong();
            say(
                    out,
                    "live heap of all members: %,d KiB without watchers, %,d KiB with them: %,d bytes each",
                    before >> 10,
                    after >> 10,
                    (after - before) / watchers);
        }
        say(
                out,
                "resident memory of all members: %,d MiB without watchers, %,d MiB with them",
                without.residentMiB(),
                with.residentMiB());
    }

    private int print(WatchResult result, PrintWriter out) {
        boolean whole = result.missing() == 0 && result.astray() == 0;
        boolean fast = result.p99Millis() < maxP99Millis;
        out.print(new Table("puts", "failed", "events", "missing", "astray", "p50 ms", "p99 ms", "max ms", "")
                .row(
                        figure(result.puts()),
                        figure(result.failedPuts()),
                        figure(result.arrived()),
                        figure(result.missing()),
                        figure(result.astray()),
                        millis(result.p50Millis()),
                        millis(result.p99Millis()),
                        millis(result.maxMillis()),
                        whole && fast ? "yes" : "NO"));
        out.flush();
        return whole && fast ? 0 : 1;
    }

    private static String figure(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String millis(double value) {
        return String.format(Locale.ROOT, "%,.1f", value);
    }

    private static String loadAverage() {
        return String.format(
                Locale.ROOT,
                "%.2f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static void say(PrintWriter out, String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }
}
