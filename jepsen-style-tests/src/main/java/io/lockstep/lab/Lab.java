package io.lockstep.lab;

import io.lockstep.jepsen.cluster.Capability;
import io.lockstep.jepsen.cluster.LockstepServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** One run from a cluster's birth to its end, with its page on disk; in the caller's thread. */
final class Lab {
    /** What takes its time beside the workload: start, warm-up, reading back, the shop. */
    static final Duration BESIDE = Duration.ofSeconds(25);

    private final Options options;
    private final Progress progress;

    /**
     * What to run.
     *
     * @param stockOfEach of the shop's items
     * @param page the HTML file; logs and samples go beside it
     */
    record Options(Plan plan, long seed, Path page, boolean inProcess, int stockOfEach, String command) {}

    private Lab(Options options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    /**
     * Blocks until everything is over and cleared away.
     *
     * @throws IOException with one line, if the cluster did not start or did not recover
     */
    static LabRun run(Options options, Progress progress) throws IOException, InterruptedException {
        return new Lab(options, progress).run();
    }

    private LabRun run() throws IOException, InterruptedException {
        long began = System.nanoTime();
        Path folder = Optional.ofNullable(options.page().toAbsolutePath().getParent())
                .orElse(Path.of("").toAbsolutePath());
        Files.createDirectories(folder);
        Optional<String> noHosts = options.inProcess() ? Optional.of("as asked for") : noHosts();
        progress.phase("starting three members"
                + noHosts.map(why -> " in one process (" + why + ")").orElse(" on hosts of their own"));
        Evidence evidence;
        LabRun.ShopFigures shop;
        Circumstances circumstances = new Circumstances(options, noHosts.isPresent());
        try (Stage stage = noHosts.isPresent()
                ? EmbeddedStage.start(folder.resolve("logs"))
                : NamespaceStage.start(folder.resolve("logs"))) {
            Experiment experiment = new Experiment(stage, options.plan(), progress, options.seed());
            experiment.awaitReady();
            circumstances.ready(stage, began);
            evidence = experiment.run();
            shop = Shopping.run(stage, progress, options.stockOfEach());
        }
        LabRun run = Analysis.of(evidence, circumstances.of(evidence, began), shop);
        Files.writeString(options.page(), LabPage.of(run));
        SampleFile.write(folder.resolve("samples.csv"), evidence);
        return run;
    }

    /** Why there can be no hosts of our own, or empty if there can. */
    private static Optional<String> noHosts() {
        if (!LockstepServer.isPresent()) {
            return Optional.of("the server is not on the class path");
        }
        return Capability.probe().stream()
                .filter(each -> each.name().equals(Capability.HOSTS) && !each.present())
                .map(each -> "no network namespaces: "
                        + each.detail().lines().findFirst().orElse("not root"))
                .findFirst();
    }
}
