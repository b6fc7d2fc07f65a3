package io.lockstep.bench;

import io.lockstep.bench.compare.Comparison;
import io.lockstep.bench.compare.ServerSystem;
import io.lockstep.bench.load.LoadFailedException;
import io.lockstep.bench.load.LoadSpec;
import io.lockstep.bench.load.Mix;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Starts two systems in turn and compares them. */
@Command(
        name = "compare",
        description = "Start a three-node etcd and a three-node Lockstep in turn, load both alike, print the ratios.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CompareCommand implements Callable<Integer> {
    private static final int MAX_PAIRS = 100;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    CommandSpec command;

    @Option(
            names = "--pairs",
            defaultValue = "3",
            paramLabel = "N",
            description = "how often each (default: ${DEFAULT-VALUE})")
    int pairs;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            paramLabel = "S",
            description = "measured time of each load (default: ${DEFAULT-VALUE})")
    int seconds;

    @Option(
            names = "--warmup",
            defaultValue = "5",
            paramLabel = "S",
            description = "time before it that is not counted (default: ${DEFAULT-VALUE})")
    int warmupSeconds;

    @Option(
            names = "--clients",
            split = ",",
            defaultValue = "1,64,256",
            paramLabel = "N",
            description = "calls outstanding at a time (default: ${DEFAULT-VALUE})")
    List<Integer> clients = List.of();

    @Option(
            names = "--mix",
            split = ",",
            defaultValue = "put,get,stale-get",
            paramLabel = "MIX",
            description = "loads, as in `bench load` (default: ${DEFAULT-VALUE})")
    List<String> mixes = List.of();

    @Option(
            names = "--subject",
            defaultValue = "lockstep",
            paramLabel = "SYSTEM",
            description = "lockstep, etcd, etcd=BINARY or null (default: ${DEFAULT-VALUE})")
    String subject = "lockstep";

    @Option(
            names = "--peer",
            defaultValue = "etcd",
            paramLabel = "SYSTEM",
            description = "what it is compared with (default: ${DEFAULT-VALUE}, by ETCD_BIN or the PATH)")
    String peer = "etcd";

    @Option(names = "--no-ceiling", description = "do not run the null server")
    boolean noCeiling;

    @Option(
            names = "--java-options",
            defaultValue = "-Xmx1g -Dcom.google.protobuf.use_unsafe_pre22_gencode=true",
            paramLabel = "OPTIONS",
            description = "for each node of Lockstep (default: ${DEFAULT-VALUE})")
    String javaOptions = "";

    @Option(
            names = "--dir",
            defaultValue = ".lockstep/bench",
            paramLabel = "FOLDER",
            description = "where all data goes, on the disk to measure (default: ${DEFAULT-VALUE})")
    Path folder = Path.of(".lockstep", "bench");

    @Mixin
    LoadOptions options = new LoadOptions();

    @Option(names = "--json", paramLabel = "FILE", description = "write everything that was measured there as well")
    @Nullable
    Path json;

    /** What the JSON file holds. */
    record Report(
            Machine machine,
            LoadSpec.KeySpec keys,
            int warmupSeconds,
            List<CompareTable.Ratio> ratios,
            List<Comparison.Pair> pairs,
            Comparison.@Nullable Run ceiling) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = command.commandLine().getOut();
        PrintWriter err = command.commandLine().getErr();
        List<LoadSpec> loads = loads();
        ServerSystem subjectSystem = system(subject);
        ServerSystem peerSystem = system(peer);
        int runs = 2 * pairs + (noCeiling ? 0 : 1);
        out.printf(
                "%d pairs of %d loads: about %d minutes%n",
                pairs, loads.size(), Math.max(1, runs * loads.size() * (seconds + warmupSeconds) / 60));
        out.flush();
        Comparison comparison = new Comparison(loads, folder.toAbsolutePath(), line -> {
            err.println(line);
            err.flush();
        });
        try {
            Comparison.Run ceiling = noCeiling ? null : comparison.run(new ServerSystem.Null());
            List<Comparison.Pair> measured = new ArrayList<>();
            for (int pair = 0; pair < pairs; pair++) {
                measured.add(comparison.pair(pair, subjectSystem, peerSystem));
                out.printf("pair %d of %d%n%s%n", pair + 1, pairs, CompareTable.pair(measured.get(pair)));
                out.flush();
            }
            List<CompareTable.Ratio> ratios = CompareTable.ratios(loads, measured, ceiling);
            out.printf("%s / %s%n%s", subjectSystem.label(), peerSystem.label(), CompareTable.of(ratios));
            out.flush();
            if (json != null) {
                JsonFile.write(
                        json, new Report(Machine.now(), options.keySpec(), warmupSeconds, ratios, measured, ceiling));
            }
            return 0;
        } catch (LoadFailedException e) {
            err.println(e.getMessage());
            return 1;
        }
    }

    private List<LoadSpec> loads() {
        if (pairs < 1 || pairs > MAX_PAIRS) {
            throw new ParameterException(
                    command.commandLine(), "--pairs is " + pairs + "; allowed are 1 to " + MAX_PAIRS);
        }
        try {
            List<LoadSpec> loads = new ArrayList<>();
            for (String mix : mixes) {
                for (int count : clients) {
                    loads.add(new LoadSpec(
                            Mix.ofLabel(mix), count, 0, warmupSeconds, seconds, options.keySpec(), options.seed));
                }
            }
            return loads;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private ServerSystem system(String word) {
        try {
            return ServerSystem.named(word, List.of(javaOptions.trim().split("\\s+", -1)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
