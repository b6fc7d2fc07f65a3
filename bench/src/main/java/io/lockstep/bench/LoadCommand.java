package io.lockstep.bench;

import io.lockstep.bench.load.Connections;
import io.lockstep.bench.load.LoadFailedException;
import io.lockstep.bench.load.LoadGenerator;
import io.lockstep.bench.load.LoadResult;
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

/** Drives a server that is already there. */
@Command(
        name = "load",
        description = "Put a load on a server of the etcd v3 API and measure it.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class LoadCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls
    CommandSpec command;

    @Option(
            names = "--endpoints",
            split = ",",
            defaultValue = "127.0.0.1:2379",
            paramLabel = "HOST:PORT",
            description = "servers, all taken in turn (default: ${DEFAULT-VALUE})")
    List<String> endpoints = List.of();

    @Option(
            names = "--mix",
            split = ",",
            defaultValue = "put",
            paramLabel = "MIX",
            description = "one or several of put, get, stale-get, txn-cas, range-100, stale-range-100, mixed"
                    + " (default: ${DEFAULT-VALUE})")
    List<String> mixes = List.of();

    @Option(
            names = "--clients",
            split = ",",
            defaultValue = "64",
            paramLabel = "N",
            description = "calls outstanding at a time, one or several figures (default: ${DEFAULT-VALUE})")
    List<Integer> clients = List.of();

    @Option(
            names = "--rate",
            defaultValue = "0",
            paramLabel = "N",
            description = "begin N calls per second whether or not others are done (open loop; --clients is not used);"
                    + " latency counts from the intended begin")
    int ratePerSecond;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            paramLabel = "S",
            description = "measured time of each load (default: ${DEFAULT-VALUE})")
    int seconds;

    @Option(
            names = "--warmup",
            defaultValue = "3",
            paramLabel = "S",
            description = "time before it that is not counted (default: ${DEFAULT-VALUE})")
    int warmupSeconds;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "connections over all endpoints (default: as many as clients, at most 4 to each endpoint)")
    @Nullable
    Integer connections;

    @Mixin
    LoadOptions options = new LoadOptions();

    @Option(names = "--no-preload", description = "do not write the keys before loads that read")
    boolean noPreload;

    @Option(names = "--json", paramLabel = "FILE", description = "write the results there as well")
    @Nullable
    Path json;

    /** What the JSON file holds. */
    record Report(Machine machine, List<String> endpoints, LoadSpec.KeySpec keys, List<LoadResult> results) {}

    @Override
    public Integer call() throws InterruptedException, IOException {
        PrintWriter out = command.commandLine().getOut();
        List<LoadSpec> specs = specs();
        LoadSpec.Target target = target(specs);
        List<LoadResult> results = new ArrayList<>();
        try (Connections open = new Connections(target)) {
            LoadGenerator generator = new LoadGenerator(open, target.connections());
            if (!noPreload && specs.stream().anyMatch(spec -> spec.mix().reads())) {
                out.println("writing " + options.keys + " keys");
                out.flush();
                generator.preload(specs.get(0));
            }
            for (LoadSpec spec : specs) {
                results.add(generator.run(spec));
            }
        } catch (LoadFailedException e) {
            command.commandLine().getErr().println(e.getMessage());
            return 1;
        }
        out.print(LoadTable.of(results));
        out.flush();
        if (json != null) {
            JsonFile.write(json, new Report(Machine.now(), target.endpoints(), options.keySpec(), results));
        }
        return results.stream().anyMatch(result -> result.operations() == 0) ? 1 : 0;
    }

    private List<LoadSpec> specs() {
        try {
            List<LoadSpec> specs = new ArrayList<>();
            for (String mix : mixes) {
                for (int count : ratePerSecond > 0 ? List.of(1) : clients) {
                    specs.add(new LoadSpec(
                            Mix.ofLabel(mix),
                            count,
                            ratePerSecond,
                            warmupSeconds,
                            seconds,
                            options.keySpec(),
                            options.seed));
                }
            }
            return specs;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }

    private LoadSpec.Target target(List<LoadSpec> specs) {
        try {
            int most = specs.stream().mapToInt(LoadSpec::clients).max().orElse(1);
            int openLoopMost = ratePerSecond > 0 ? LoadSpec.MAX_CLIENTS : most;
            return connections == null
                    ? LoadSpec.Target.of(endpoints, openLoopMost)
                    : new LoadSpec.Target(endpoints, connections);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
    }
}
