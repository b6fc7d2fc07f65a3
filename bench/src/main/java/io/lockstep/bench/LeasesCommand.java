package io.lockstep.bench;

import io.lockstep.bench.compare.LocalCluster;
import io.lockstep.bench.compare.ServerSystem;
import io.lockstep.bench.lease.Expiries;
import io.lockstep.bench.lease.LeaseCrowd;
import io.lockstep.bench.load.Connections;
import io.lockstep.bench.load.LoadFailedException;
import io.lockstep.bench.load.LoadGenerator;
import io.lockstep.bench.load.LoadResult;
import io.lockstep.bench.load.LoadSpec;
import io.lockstep.bench.load.Mix;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Keeps many leases alive, then lets all of them expire at once, with puts beside them all the time. */
@Command(
        name = "leases",
        description = {
            "Keep many leases alive, then let them all expire, beside a load of puts.",
            "",
            "None may end before its TTL has passed since its last renewal that was answered was sent; the puts show",
            "what the leases cost the others."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class LeasesCommand implements Callable<Integer> {
    /** What etcd ends at most, and Lockstep too; how long the end of all takes follows from it. */
    private static final int ENDS_PER_SECOND = 1_000;

    private static final long PATIENCE_SECONDS = 120;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    CommandSpec command;

    @Option(
            names = "--leases",
            defaultValue = "100000",
            paramLabel = "N",
            description = "how many, a key on each (default: ${DEFAULT-VALUE})")
    int leases;

    @Option(names = "--ttl", defaultValue = "30", paramLabel = "S", description = "of each (default: ${DEFAULT-VALUE})")
    int ttlSeconds;

    @Option(
            names = "--seconds",
            defaultValue = "60",
            paramLabel = "S",
            description = "how long all are kept alive (default: ${DEFAULT-VALUE})")
    int seconds;

    @Option(
            names = "--clients",
            defaultValue = "16",
            paramLabel = "N",
            description = "puts under way at a time (default: ${DEFAULT-VALUE})")
    int clients;

    @Option(
            names = "--rate",
            defaultValue = "0",
            paramLabel = "N",
            description =
                    "puts a second from an open loop instead; 0: as many as are answered (default: ${DEFAULT-VALUE})")
    int rate;

    @Option(
            names = "--warmup",
            defaultValue = "15",
            paramLabel = "S",
            description = "puts that are not counted, before all else (default: ${DEFAULT-VALUE})")
    int warmupSeconds;

    @Mixin
    ServerOptions servers = new ServerOptions();

    @Mixin
    LoadOptions options = new LoadOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = command.commandLine().getOut();
        within("--leases", leases, 1, 1_000_000);
        within("--ttl", ttlSeconds, 2, 3_600);
        ServerSystem system = servers.system(command);
        try (LocalCluster cluster = LocalCluster.start(system, servers.folder());
                Observer observer = new Observer(cluster)) {
            LoadSpec.Target target = LoadSpec.Target.of(cluster.endpoints(), clients);
            try (Connections connections = new Connections(target);
                    LeaseCrowd crowd = new LeaseCrowd(cluster.endpoints(), leases, ttlSeconds)) {
                LoadGenerator puts = new LoadGenerator(connections, target.connections());
                boolean held = measure(puts, crowd, out);
                say(
                        out,
                        "%d leader changes; memory of a member up to %,d MiB",
                        observer.leaderChanges(),
                        observer.maxResidentMiB());
                return held ? 0 : 1;
            }
        } catch (LoadFailedException e) {
            command.commandLine().getErr().println(e.getMessage());
            return 1;
        }
    }

    private boolean measure(LoadGenerator puts, LeaseCrowd crowd, PrintWriter out) throws InterruptedException {
        LoadResult alone = puts.run(spec(warmupSeconds, Math.min(seconds, 20)));
        say(out, "granting %,d leases of %d s ...", leases, ttlSeconds);
        long begin = System.nanoTime();
        crowd.grant();
        say(out, "granted, with a key on each, in %.1f s", (System.nanoTime() - begin) / 1e9);

        long before = crowd.renewed();
        LoadResult beside = puts.run(spec(0, seconds));
        long renewed = crowd.renewed() - before;
        int endedMeanwhile = crowd.expiries().count();
        say(
                out,
                "kept alive for %d s: %,d renewals a second; %,d were late; %,d of %,d leases ended",
                seconds,
                renewed / seconds,
                crowd.late(),
                endedMeanwhile,
                leases);

        crowd.leave();
        say(out, "left to expire ...");
        Expiries expiries = crowd.expiries();
        expiries.await(1, ttlSeconds + PATIENCE_SECONDS);
        LoadResult during = puts.run(spec(0, Math.max(1, leases / ENDS_PER_SECOND * 8 / 10)));
        int meanwhile = expiries.count();
        expiries.await(leases, leases / ENDS_PER_SECOND + PATIENCE_SECONDS);
        say(
                out,
                "all ended within %.1f s, %,d of them beside the counted puts; %,d too early%s",
                expiries.seconds(),
                meanwhile,
                expiries.early(),
                expiries.early() == 0 ? "" : ", by up to " + expiries.earliestByMillis() + " ms");

        Table table = new Table("puts", "per second", "p50 ms", "p99 ms", "longest ms", "failed");
        row(table, "without leases", alone);
        row(table, "beside the renewals", beside);
        row(table, "beside the expiry", during);
        out.print(table);
        out.flush();
        boolean held = endedMeanwhile == 0
                && expiries.early() == 0
                && crowd.gone() == 0
                && crowd.broken() == 0
                && alone.failed() + beside.failed() + during.failed() == 0;
        say(
                out,
                "%s: none ended early, no renewal was refused (%,d) or stream broken (%,d), no put failed",
                held ? "yes" : "NO",
                crowd.gone(),
                crowd.broken());
        return held;
    }

    private static void row(Table table, String what, LoadResult result) {
        LoadResult.Latency latency = result.latencyMicros();
        table.row(
                what,
                figure("%,.0f", result.perSecond()),
                figure("%,.1f", latency.p50() / 1_000),
                figure("%,.1f", latency.p99() / 1_000),
                figure("%,.0f", latency.max() / 1_000),
                figure("%,.0f", (double) result.failed()));
    }

    private static String figure(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static void say(PrintWriter out, String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }

    private LoadSpec spec(int warmup, int length) {
        try {
            return new LoadSpec(Mix.PUT, clients, rate, warmup, length, options.keySpec(), options.seed);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private void within(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    command.commandLine(), option + " is " + value + "; allowed are " + least + " to " + most);
        }
    }
}
