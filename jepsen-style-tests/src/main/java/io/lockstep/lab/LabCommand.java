package io.lockstep.lab;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code kv lab}. Exit codes: 0 done, 1 not possible here, or an answer broke its promise, 2 usage. */
@Command(
        name = "lab",
        description = "Shows replication against synchronisation: a cluster under faults, drawn on one page.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Takes about 40 seconds more than --seconds. As root, the members are processes on hosts of their own (network",
            "namespaces); otherwise they share one process.",
            "",
            "Examples:",
            "  kv lab                                 a minute of faults; the page is target/lab/lab.html",
            "  kv lab --out report.html --seconds 30 --seed 7"
        })
public final class LabCommand implements Callable<Integer> {
    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int STOCK_OF_EACH = 50;
    private static final String PAGE = "lab.html";

    @Spec
    @Nullable
    CommandSpec spec;

    @Option(
            names = "--out",
            paramLabel = "DIR|FILE",
            description = "Where the page goes: a file if it ends with .html (default: target/lab).")
    Path out = Path.of("target", "lab");

    @Option(names = "--seconds", paramLabel = "N", description = "How long the workload runs, 10 to 600 (default: 60).")
    int seconds = 60;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Decides what is chosen at random (default: random, shown).")
    @Nullable
    Long seed;

    @Option(names = "--in-process", description = "Three members in one process, though there may be root.")
    boolean inProcess;

    @Override
    public Integer call() throws InterruptedException {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        Plan plan;
        try {
            plan = new Plan(seconds);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, e.getMessage());
        }
        long chosen = seed != null ? seed : new SplittableRandom().nextInt(1_000_000);
        try {
            return run(plan, chosen, line);
        } catch (IOException | IllegalStateException | StatusRuntimeException e) {
            line.getErr().println("kv lab: " + String.valueOf(e.getMessage()).replace('\n', ' '));
            return FAILED;
        }
    }

    private int run(Plan plan, long chosen, CommandLine line) throws IOException, InterruptedException {
        Path page = out.toString().endsWith(".html") ? out : out.resolve(PAGE);
        String command =
                "kv lab --seconds " + plan.seconds() + " --seed " + chosen + (inProcess ? " --in-process" : "");
        boolean terminal = Boolean.getBoolean("kv.terminal") && System.getenv("NO_COLOR") == null;
        LabRun run;
        Duration expected = Duration.ofSeconds(plan.seconds()).plus(Lab.BESIDE);
        try (Progress progress = new Progress(System.err, terminal, expected)) {
            run = Lab.run(new Lab.Options(plan, chosen, page, inProcess, STOCK_OF_EACH, command), progress);
        }
        PrintWriter table = line.getOut();
        if (run.circumstances().inProcess()) {
            table.println("The members ran in one process, without network namespaces: run it as root for real ones.");
            table.println();
        }
        table.println(LabTable.of(run, terminal && System.console() != null));
        table.println();
        table.println("page: " + page);
        table.flush();
        return run.reads().stream().allMatch(each -> each.broken() == 0) ? DONE : FAILED;
    }
}
