package io.lockstep.cli;

import com.google.protobuf.ByteString;
import io.lockstep.api.DeleteRangeResponse;
import io.lockstep.cli.output.Text;
import io.lockstep.client.GetOptions;
import io.lockstep.client.KeyRange;
import io.lockstep.client.KvClient;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "perf",
        description = "Puts load on the cluster for a minute, and says whether it bears it.",
        footer = {
            "",
            "s: 150 writes/s of 50 at a time; m: 1000 of 200; l: 8000 of 500; xl: 15000 of 1000. It passes with no error,",
            "nine tenths of these, no write above 500 ms and a standard deviation up to 100 ms. The keys that it wrote",
            "are deleted.",
            "",
            "Examples:",
            "  kv check perf",
            "  kv check perf --load m --auto-compact --auto-defrag"
        })
final class CheckPerfCommand extends ClientCommand {
    private static final double LEAST_SHARE = 0.9;
    private static final double SLOWEST_SECONDS = 0.5;
    private static final double DEVIATION_SECONDS = 0.1;
    /** Compacting and rewriting files takes as long as it takes. */
    private static final Duration UPKEEP = Duration.ofMinutes(10);

    @Option(
            names = "--load",
            paramLabel = "LOAD",
            defaultValue = "s",
            description = "s(mall), m(edium), l(arge) or xl (xLarge). Default: s.")
    String load = "s";

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            defaultValue = "/etcdctl-check-perf/",
            description = "Of the keys that are written; there must be none before. Default: /etcdctl-check-perf/.")
    String prefix = "";

    @Option(names = "--auto-compact", description = "Compact the history afterwards.")
    boolean compacts;

    @Option(names = "--auto-defrag", description = "Have each server rewrite its files afterwards.")
    boolean defragments;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = Durations.class,
            description = "How long. Default: 60s.")
    Duration duration = Duration.ofSeconds(60);

    CheckPerfCommand(Console console) {
        super(console);
    }

    private PerfLoad.Size size() {
        return switch (load) {
            case "s", "small" -> new PerfLoad.Size(150, 50);
            case "m", "medium" -> new PerfLoad.Size(1_000, 200);
            case "l", "large" -> new PerfLoad.Size(8_000, 500);
            case "xl", "xLarge" -> new PerfLoad.Size(15_000, 1_000);
            default -> throw CommandFailed.usage("--load \"" + load + "\" is none of s, m, l, xl");
        };
    }

    @Override
    void check() {
        size();
        if (prefix.isEmpty()) {
            throw CommandFailed.usage("--prefix is empty: all keys would be deleted afterwards");
        }
    }

    @Override
    int run(KvClient client, Text out) {
        ByteString keys = Bytes.of(prefix);
        GetOptions one = GetOptions.DEFAULT.withPrefix().keysOnly().limit(1);
        if (client.sync().get(keys, one).getKvsCount() > 0) {
            throw CommandFailed.usage("prefix \"" + Bytes.text(prefix)
                    + "\" has keys: they would be deleted. Give another --prefix, or see \"kv del --prefix\"");
        }
        PerfLoad.Outcome seen;
        Thread farewell = new Thread(() -> delete(client, keys));
        Runtime.getRuntime().addShutdownHook(farewell);
        try {
            seen = new PerfLoad(client, keys, size()).run(duration, this::progress);
        } finally {
            LockCommand.wake();
            LockCommand.forget(farewell);
            upkeep(client, delete(client, keys).getHeader().getRevision(), out);
        }
        return verdict(seen, out);
    }

    private static DeleteRangeResponse delete(KvClient client, ByteString keys) {
        return Waiting.on(client.withTimeout(UPKEEP).delete(KeyRange.prefix(keys)));
    }

    private void progress(long second) {
        if (console().colour()) {
            console().err().print("\r" + second + " / " + duration.toSeconds() + " s");
            if (second >= duration.toSeconds()) {
                console().err().println();
            }
            console().err().flush();
        }
    }

    private void upkeep(KvClient client, long revision, Text out) {
        KvClient patient = client.withTimeout(UPKEEP);
        if (compacts) {
            out.line("Compacting with revision " + revision);
            patient.sync().compact(revision, true);
            out.line("Compacted with revision " + revision);
        }
        if (defragments) {
            connection.endpoints(console()).forEach((name, endpoint) -> {
                out.line("Defragmenting \"" + name + "\"");
                Waiting.on(patient.maintenance().defragment(endpoint));
                out.line("Defragmented \"" + name + "\"");
            });
        }
    }

    private int verdict(PerfLoad.Outcome seen, Text out) {
        boolean passes = seen.errors().isEmpty();
        if (!passes) {
            out.line("FAIL: too many errors");
            seen.errors().forEach((error, count) -> out.line("FAIL: ERROR(" + error + ") -> " + count));
        }
        long throughput = (long) seen.perSecond() + 1;
        boolean fast = seen.perSecond() / size().writesPerSecond() > LEAST_SHARE;
        out.line(
                fast
                        ? "PASS: Throughput is " + throughput + " writes/s"
                        : "FAIL: Throughput too low: " + throughput + " writes/s");
        boolean prompt = seen.slowestSeconds() <= SLOWEST_SECONDS;
        out.line((prompt ? "PASS: Slowest request took " : "Slowest request took too long: ")
                + seconds(seen.slowestSeconds()));
        boolean even = seen.deviationSeconds() <= DEVIATION_SECONDS;
        out.line((even ? "PASS: Stddev is " : "Stddev too high: ") + seconds(seen.deviationSeconds()));
        passes &= fast && prompt && even;
        out.line(passes ? "PASS" : "FAIL");
        return passes ? CommandFailed.DONE : CommandFailed.FAILED;
    }

    private static String seconds(double value) {
        return String.format(Locale.ROOT, "%fs", value);
    }
}
