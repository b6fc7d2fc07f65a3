package io.lockstep.jepsen;

import io.lockstep.jepsen.check.Certificate;
import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Evidence;
import io.lockstep.jepsen.check.StalenessChecker;
import io.lockstep.jepsen.check.Verdict;
import io.lockstep.jepsen.cluster.Capability;
import io.lockstep.jepsen.cluster.EtcdServer;
import io.lockstep.jepsen.cluster.LockstepServer;
import io.lockstep.jepsen.cluster.ServerKind;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.nemesis.FaultKind;
import io.lockstep.jepsen.run.BulkOptions;
import io.lockstep.jepsen.run.BulkRun;
import io.lockstep.jepsen.run.HistoryFile;
import io.lockstep.jepsen.run.Outcomes;
import io.lockstep.jepsen.run.Report;
import io.lockstep.jepsen.run.TestOptions;
import io.lockstep.jepsen.run.TestRun;
import io.lockstep.jepsen.workload.Workloads;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kv jepsen}. Exit codes: 0 valid, 1 invalid or unknown or not possible here, 2 usage. */
@Command(
        name = "jepsen",
        description = "Tests a cluster of real processes with real faults, and judges what its clients saw.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class JepsenCommand implements Runnable {
    private static final int DONE = 0;
    private static final int FAILED = 1;

    @Spec
    @Nullable
    CommandSpec spec;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new JepsenCommand()).execute(arguments));
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "name a command: test, bulk, probe or check");
        }
    }

    /** Runs a test. */
    @Command(
            name = "test",
            description = "Runs a cluster with clients and faults (needs root).",
            mixinStandardHelpOptions = true)
    int test(@Mixin Request request, @Mixin Servers servers) {
        CommandLine test = subcommand("test");
        PrintWriter out = test.getOut();
        TestOptions options;
        try {
            options = request.options(servers);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(test, e.getMessage());
        }
        try {
            Outcomes outcomes = TestRun.run(options, line -> print(out, line));
            print(out, Report.of(outcomes));
            if (outcomes.verdict() != Verdict.VALID) {
                print(out, "again: kv jepsen test " + request.repeat(options.seed()) + servers.repeat());
            }
            return outcomes.verdict() == Verdict.VALID ? DONE : FAILED;
        } catch (IOException | IllegalStateException e) {
            print(test.getErr(), "kv jepsen test: " + e.getMessage());
            return FAILED;
        }
    }

    /** Loads many keys, kills all nodes, and reads everything back. */
    @Command(
            name = "bulk",
            description = "Loads many keys, kills all nodes at once, and reads every key back on each (needs root).",
            mixinStandardHelpOptions = true)
    int bulk(
            @Option(names = "--keys", defaultValue = "1000000", paramLabel = "N", description = "${DEFAULT-VALUE}")
                    int keys,
            @Option(names = "--value-bytes", defaultValue = "256", paramLabel = "N", description = "${DEFAULT-VALUE}")
                    int valueBytes,
            @Option(
                            names = "--away",
                            description = "One node is cut off for half of the load and has to catch up by a snapshot.")
                    boolean away,
            @Mixin Servers servers) {
        CommandLine bulk = subcommand("bulk");
        PrintWriter out = bulk.getOut();
        try {
            BulkOptions options = new BulkOptions(servers.kind(), keys, valueBytes, away, servers.results);
            List<String> problems = BulkRun.run(options, line -> print(out, line));
            problems.forEach(problem -> print(out, problem));
            print(out, problems.isEmpty() ? "VALID: nothing acknowledged is lost" : "INVALID");
            return problems.isEmpty() ? DONE : FAILED;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(bulk, e.getMessage());
        } catch (IOException | IllegalStateException e) {
            print(bulk.getErr(), "kv jepsen bulk: " + e.getMessage());
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    /** Shows what this machine can do. */
    @Command(name = "probe", description = "Shows which faults this machine can do.", mixinStandardHelpOptions = true)
    int probe() {
        PrintWriter out = commandLine().getOut();
        List<Capability> found = Capability.probe();
        found.forEach(each ->
                print(out, String.format("%-14s %-4s %s", each.name(), each.present() ? "yes" : "NO", each.detail())));
        print(
                out,
                String.format(
                        "%-14s %s",
                        "etcd", EtcdServer.find().map(Path::toString).orElse("none (ETCD_BIN, PATH)")));
        return found.stream().allMatch(Capability::present) ? DONE : FAILED;
    }

    /** Judges a history that was kept. */
    @Command(
            name = "check",
            description = "Judges a history file, with the log.jsonl beside it if there is one.",
            mixinStandardHelpOptions = true)
    int check(
            @Parameters(paramLabel = "FILE", description = "history.jsonl of a run") Path file,
            @Option(
                            names = {"-w", "--workload"},
                            defaultValue = "register",
                            paramLabel = "NAME",
                            description = "What the clients did (default: ${DEFAULT-VALUE}).")
                    String workload) {
        CommandLine check = subcommand("check");
        try {
            List<Operation> history = HistoryFile.read(file);
            long originNanos =
                    history.stream().mapToLong(Operation::invokedNanos).min().orElse(0);
            Evidence evidence = new Evidence(history, originNanos, HistoryFile.readStarts(file));
            List<CheckResult> results =
                    new ArrayList<>(Workloads.create(workload, 1, false).check(evidence));
            Path log = file.resolveSibling("log.jsonl");
            if (Files.exists(log)) {
                results.add(Certificate.check(
                        history,
                        HistoryFile.readLog(log),
                        originNanos,
                        Workloads.create(workload, 1, false)::leavesToOthers));
            }
            results.add(StalenessChecker.check(history, originNanos));
            print(check.getOut(), Report.verdicts(results));
            return results.stream().allMatch(result -> result.verdict() == Verdict.VALID) ? DONE : FAILED;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(check, e.getMessage());
        } catch (IOException e) {
            String reason = Files.exists(file) ? e.getMessage() : "no file " + file;
            print(check.getErr(), "kv jepsen check: " + reason);
            return FAILED;
        }
    }

    private CommandLine subcommand(String name) {
        return Objects.requireNonNull(commandLine().getSubcommands().get(name));
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("run through picocli");
        }
        return spec.commandLine();
    }

    private static void print(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }

    /** Which servers, and where what they leave goes: the flags of each command that runs some. */
    static final class Servers {
        @Option(names = "--server", paramLabel = "KIND", description = "lockstep or etcd (default: lockstep).")
        String server = "lockstep";

        @Option(
                names = "--server-path",
                paramLabel = "FILE",
                description =
                        "The launcher of Lockstep, or the binary of etcd (default: our class path; ETCD_BIN or PATH).")
        @Nullable
        Path serverPath;

        @Option(
                names = "--server-flag",
                paramLabel = "FLAG",
                description = "One more flag for each server, repeatable.")
        List<String> serverFlags = new ArrayList<>();

        @Option(
                names = "--results",
                paramLabel = "DIR",
                description = "Where histories and logs go (default: target/jepsen).")
        Path results = Path.of("target", "jepsen");

        ServerKind kind() {
            return switch (server) {
                case "etcd" -> new EtcdServer(etcdBinary(), serverFlags);
                case "lockstep" -> lockstep();
                default -> throw new IllegalArgumentException("--server must be lockstep or etcd, not " + server);
            };
        }

        private Path etcdBinary() {
            return Optional.ofNullable(serverPath)
                    .or(EtcdServer::find)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "no etcd found: name it by --server-path or ETCD_BIN, or put it on the PATH"));
        }

        private ServerKind lockstep() {
            if (serverPath != null) {
                return LockstepServer.byLauncher(serverPath, serverFlags);
            }
            if (!LockstepServer.isPresent()) {
                throw new IllegalArgumentException(
                        "the server is not on our class path: name its launcher by --server-path");
            }
            return LockstepServer.onClassPath(serverFlags);
        }

        String repeat() {
            StringBuilder again = new StringBuilder();
            again.append(" --server ").append(server);
            if (serverPath != null) {
                again.append(" --server-path ").append(serverPath);
            }
            serverFlags.forEach(flag -> again.append(" --server-flag ").append(flag));
            return again.toString();
        }
    }

    /** What only {@code test} knows. */
    static final class Request {
        @Option(
                names = {"-w", "--workload"},
                paramLabel = "NAME",
                description = {
                    "register, set, staleness, session, ack, watch or lease (default: register).",
                    "register: reads, writes and swaps are linearizable",
                    "set: nothing acknowledged is lost",
                    "staleness: no answer is staler than it says",
                    "session: kvclient and jetcd, on any member, read what they wrote and never less than before",
                    "ack: what accepted, quorum and all promise",
                    "watch: each event once, in order, whole, over every fault",
                    "lease: none ends early, all end, and their keys at once"
                })
        String workload = "register";

        @Option(
                names = {"-n", "--nemesis"},
                paramLabel = "FAULTS",
                description = {
                    "none, partition, kill, pause, power, or single ones as kill-leader; with commas"
                            + " (default: partition,kill).",
                    "stops: members stop themselves between the steps of a read",
                    "snapshot: a follower is away until it needs a snapshot",
                    "clock: a clock is off, by less than --max-clock-drift=25 allows",
                    "clock-too-slow: by more; there is no verdict then"
                })
        String nemesis = "partition,kill";

        @Option(
                names = "--time",
                paramLabel = "SECONDS",
                description = "How long clients and faults work (default: 60).")
        int seconds = 60;

        @Option(
                names = "--seed",
                paramLabel = "N",
                description = "Decides faults and choices (default: random, shown).")
        @Nullable
        Long seed;

        @Option(names = "--nodes", paramLabel = "N", description = "3 or 5 (default: 3).")
        int nodes = 3;

        @Option(names = "--rate", paramLabel = "N", description = "Operations per second, at most (default: 200).")
        int rate = 200;

        @Option(
                names = "--stale-as-linearizable",
                description =
                        "A control: sends stale reads, in a session without its token, and judges them as what they"
                                + " stand for. Must be found INVALID.")
        boolean staleAsLinearizable;

        TestOptions options(Servers servers) {
            if (!Workloads.NAMES.contains(workload)) {
                throw new IllegalArgumentException("--workload: no " + workload + ": choose from " + Workloads.NAMES);
            }
            if (Workloads.needsDial(workload) && servers.server.equals("etcd")) {
                throw new IllegalArgumentException("--workload: " + workload + " needs what only lockstep has");
            }
            if (nodes != 3 && nodes != 5) {
                throw new IllegalArgumentException("--nodes must be 3 or 5, not " + nodes);
            }
            if (seconds < 5 || seconds > 3_600) {
                throw new IllegalArgumentException("--time must be 5 to 3600 seconds, not " + seconds);
            }
            long chosen = seed != null ? seed : new SplittableRandom().nextInt(1_000_000);
            return new TestOptions(
                    workload,
                    FaultKind.parse(nemesis),
                    Duration.ofSeconds(seconds),
                    chosen,
                    nodes,
                    rate,
                    servers.kind(),
                    staleAsLinearizable,
                    servers.results);
        }

        String repeat(long usedSeed) {
            StringBuilder again = new StringBuilder();
            again.append("-w ").append(workload).append(" -n ").append(nemesis);
            again.append(" --time ").append(seconds).append(" --seed ").append(usedSeed);
            again.append(" --nodes ").append(nodes).append(" --rate ").append(rate);
            return again.append(staleAsLinearizable ? " --stale-as-linearizable" : "")
                    .toString();
        }
    }
}
