package io.lockstep.bench;

import io.lockstep.bench.compare.LocalCluster;
import io.lockstep.bench.compare.ServerSystem;
import io.lockstep.bench.load.Connections;
import io.lockstep.bench.load.Flood;
import io.lockstep.bench.load.LoadFailedException;
import io.lockstep.bench.load.LoadGenerator;
import io.lockstep.bench.load.LoadResult;
import io.lockstep.bench.load.LoadSpec;
import io.lockstep.bench.load.Mix;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Finds what a cluster can serve, offers many times that, and watches what becomes of it then and afterwards. */
@Command(
        name = "overload",
        description = {
            "Offer a cluster many times what it can serve, and see that it keeps serving.",
            "",
            "What it can serve is bounded by the links between its members, which carry only so much: then there is",
            "CPU enough on one machine to offer ten times that. Without that bound, and with CPUs of their own for",
            "servers and load (--link-mbit 0 --server-cpus 0 --load-cpus 1), it is bounded by the servers' CPU."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class OverloadCommand implements Callable<Integer> {
    private static final int RECOVERY_SECONDS = 10;
    private static final int RECOVERED_WITHIN_SECONDS = 5;
    private static final double KEPT = 0.9;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    CommandSpec command;

    @Option(
            names = "--mix",
            defaultValue = "put",
            paramLabel = "MIX",
            description = "the load, as in `bench load` (default: ${DEFAULT-VALUE})")
    String mix = "put";

    @Option(
            names = "--factor",
            defaultValue = "10",
            paramLabel = "N",
            description = "offer so many times the normal throughput (default: ${DEFAULT-VALUE})")
    int factor;

    @Option(
            names = "--seconds",
            defaultValue = "60",
            paramLabel = "S",
            description = "for so long (default: ${DEFAULT-VALUE})")
    int seconds;

    @Option(
            names = "--clients",
            defaultValue = "64",
            paramLabel = "N",
            description = "calls outstanding at a time in normal operation (default: ${DEFAULT-VALUE})")
    int clients;

    @Option(
            names = "--warmup",
            defaultValue = "30",
            paramLabel = "S",
            description = "normal load that is not counted (default: ${DEFAULT-VALUE})")
    int warmupSeconds;

    @Option(
            names = "--timeout",
            defaultValue = "5",
            paramLabel = "S",
            description = "the deadline of each call (default: ${DEFAULT-VALUE})")
    int timeoutSeconds;

    @Option(
            names = "--link-mbit",
            defaultValue = "8",
            paramLabel = "N",
            description = {
                "what each member's link to the others carries, in Mbit/s and in each direction; 0: no limit",
                "(default: ${DEFAULT-VALUE})"
            })
    int linkMbit;

    @Option(
            names = "--server-cpus",
            defaultValue = "",
            paramLabel = "LIST",
            description = "CPUs of the servers, as taskset counts (default: all)")
    String serverCpus = "";

    @Option(
            names = "--load-cpus",
            defaultValue = "",
            paramLabel = "LIST",
            description = "CPUs of the load (default: all)")
    String loadCpus = "";

    @Option(
            names = "--max-memory",
            defaultValue = "1024",
            paramLabel = "MIB",
            description = "no member may have more resident memory (default: ${DEFAULT-VALUE})")
    long maxMemoryMiB;

    @Mixin
    ServerOptions servers = new ServerOptions();

    @Mixin
    LoadOptions options = new LoadOptions(4_096);

    /** What was seen. */
    private record Outcome(
            double normal, double kept, int recoveredSecond, boolean alive, int leaderChanges, long residentMiB) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = command.commandLine().getOut();
        LoadSpec normal = spec(clients, 0, warmupSeconds, 10);
        try (LocalCluster cluster = LocalCluster.start(servers(), servers.folder(), linkMbit * 125_000L);
                Observer observer = new Observer(cluster)) {
            if (!loadCpus.isBlank()) {
                pin();
            }
            Outcome outcome = measure(cluster, observer, normal, out);
            return verdict(outcome, out);
        } catch (LoadFailedException e) {
            command.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }

    private Outcome measure(LocalCluster cluster, Observer observer, LoadSpec normal, PrintWriter out)
            throws InterruptedException {
        LoadSpec.Target target = LoadSpec.Target.of(cluster.endpoints(), LoadSpec.MAX_CLIENTS);
        try (Connections connections = Connections.withoutTimers(target, Duration.ofSeconds(timeoutSeconds))) {
            LoadGenerator generator = new LoadGenerator(connections, target.connections());
            if (normal.mix().reads()) {
                generator.preload(normal);
            }
            LoadResult before = generator.run(normal);
            say(
                    out,
                    "normal: %,.0f/s, p99 %,.0f ms",
                    before.perSecond(),
                    before.latencyMicros().p99() / 1_000);

            int rate = (int) Math.min(LoadSpec.MAX_RATE_PER_SECOND, Math.round(before.perSecond() * factor));
            say(out, "offering %,d/s for %d s", rate, seconds);
            Flood flood = new Flood(connections, spec(clients, rate, 0, seconds));
            List<Flood.Second> flooded = flood.run();
            double kept = print(flooded, out) / before.perSecond();
            say(out, "status answered meanwhile: %s", observer.answered());

            int recovered = recovery(generator, before, out);
            flood.drain();
            return new Outcome(
                    before.perSecond(),
                    kept,
                    recovered,
                    observer.allAlive(),
                    observer.leaderChanges(),
                    observer.maxResidentMiB());
        }
    }

    /** The first second after the flood in which the normal load is served as before; 0: none. */
    private int recovery(LoadGenerator generator, LoadResult before, PrintWriter out) throws InterruptedException {
        int recovered = 0;
        for (int second = 1; second <= RECOVERY_SECONDS; second++) {
            LoadResult now = generator.run(spec(clients, 0, 0, 1));
            say(
                    out,
                    "second %2d after it: %,8.0f/s, p99 %,.0f ms",
                    second,
                    now.perSecond(),
                    now.latencyMicros().p99() / 1_000);
            if (recovered == 0 && now.perSecond() >= KEPT * before.perSecond()) {
                recovered = second;
            }
        }
        return recovered;
    }

    /** @return answers a second */
    private static double print(List<Flood.Second> flooded, PrintWriter out) {
        Table table = new Table("second", "offered", "answered", "refused", "late", "given up");
        long answered = 0;
        for (int i = 0; i < flooded.size(); i++) {
            Flood.Second second = flooded.get(i);
            answered += second.answered();
            if (i % 5 == 0 || i == flooded.size() - 1) {
                table.row(
                        Integer.toString(i + 1),
                        figure(second.offered()),
                        figure(second.answered()),
                        figure(second.refused()),
                        figure(second.late()),
                        figure(second.givenUp()));
            }
        }
        out.print(table);
        out.flush();
        return (double) answered / flooded.size();
    }

    private int verdict(Outcome outcome, PrintWriter out) {
        Table table = new Table("", "seen", "wanted", "");
        boolean recovered = outcome.recoveredSecond > 0 && outcome.recoveredSecond <= RECOVERED_WITHIN_SECONDS;
        row(table, "members that ended", outcome.alive ? "none" : "some", "none", outcome.alive);
        row(table, "leader changes", Integer.toString(outcome.leaderChanges), "0", outcome.leaderChanges == 0);
        row(
                table,
                "memory of a member, MiB",
                figure(outcome.residentMiB),
                "<= " + figure(maxMemoryMiB),
                outcome.residentMiB <= maxMemoryMiB);
        row(table, "throughput kept, %", figure(Math.round(outcome.kept * 100)), ">= 90", outcome.kept >= KEPT);
        row(
                table,
                "normal again in second",
                outcome.recoveredSecond == 0 ? "none" : Integer.toString(outcome.recoveredSecond),
                "<= " + RECOVERED_WITHIN_SECONDS,
                recovered);
        out.print(table);
        out.flush();
        boolean all = outcome.alive
                && outcome.leaderChanges == 0
                && outcome.residentMiB <= maxMemoryMiB
                && outcome.kept >= KEPT
                && recovered;
        return all ? 0 : 1;
    }

    private static void row(Table table, String what, String seen, String wanted, boolean held) {
        table.row(what, seen, wanted, held ? "yes" : "NO");
    }

    private static String figure(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static void say(PrintWriter out, String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }

    private LoadSpec spec(int outstanding, int rate, int warmup, int length) {
        try {
            return new LoadSpec(Mix.ofLabel(mix), outstanding, rate, warmup, length, options.keySpec(), options.seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private ServerSystem servers() {
        if (linkMbit < 0) {
            throw new ParameterException(
                    command.commandLine(), "--link-mbit is " + linkMbit + "; allowed are 0 (no limit) and more");
        }
        ServerSystem named = servers.system(command);
        return serverCpus.isBlank() ? named : new ServerSystem.Pinned(named, serverCpus);
    }

    /** All threads of this process; those that come later inherit it. */
    private void pin() throws IOException, InterruptedException {
        Process pinning = new ProcessBuilder(
                        "taskset",
                        "-apc",
                        loadCpus,
                        Long.toString(ProcessHandle.current().pid()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!pinning.waitFor(10, TimeUnit.SECONDS) || pinning.exitValue() != 0) {
            throw new LoadFailedException("taskset can't keep this process on CPUs " + loadCpus
                    + ": give others with --load-cpus (lscpu tells how many there are)");
        }
    }
}
