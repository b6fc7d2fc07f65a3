package io.lockstep.jepsen.run;

import io.lockstep.jepsen.check.Certificate;
import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.Convergence;
import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.check.Evidence;
import io.lockstep.jepsen.check.StalenessChecker;
import io.lockstep.jepsen.check.Verdict;
import io.lockstep.jepsen.client.JetcdCaller;
import io.lockstep.jepsen.client.KvClientCaller;
import io.lockstep.jepsen.client.LogReader;
import io.lockstep.jepsen.client.NodeClient;
import io.lockstep.jepsen.client.NodeStatus;
import io.lockstep.jepsen.client.SessionToken;
import io.lockstep.jepsen.cluster.Cluster;
import io.lockstep.jepsen.cluster.Gear;
import io.lockstep.jepsen.cluster.LockstepServer;
import io.lockstep.jepsen.cluster.Pause;
import io.lockstep.jepsen.cluster.ServerKind;
import io.lockstep.jepsen.history.Action;
import io.lockstep.jepsen.history.Operation;
import io.lockstep.jepsen.history.Outcome;
import io.lockstep.jepsen.history.Recorder;
import io.lockstep.jepsen.nemesis.FaultKind;
import io.lockstep.jepsen.nemesis.FaultRecord;
import io.lockstep.jepsen.nemesis.Nemesis;
import io.lockstep.jepsen.nemesis.Plan;
import io.lockstep.jepsen.workload.Workload;
import io.lockstep.jepsen.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** One test. */
public final class TestRun {
    private static final int THREADS = 10;
    /** Three JVMs that start at once on a busy machine with two cores. */
    private static final Duration START = Duration.ofSeconds(120);

    private static final Duration PROGRESS = Duration.ofSeconds(5);
    private static final int FINAL_READ_ATTEMPTS = 5;
    private static final DateTimeFormatter FOLDER_TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private final TestOptions options;
    private final Consumer<String> progress;
    private final Workload workload;
    private final Recorder recorder = new Recorder();
    /** Written by the nemesis thread, read by this one for progress. */
    private final List<FaultRecord> faults = new CopyOnWriteArrayList<>();
    /** Written by threads of ours that die, read by this one when all have ended. */
    private final List<String> crashes = new CopyOnWriteArrayList<>();

    private final List<CheckResult> results = new ArrayList<>();
    /** From the nemesis thread too. */
    private final List<String> livenessProblems = new CopyOnWriteArrayList<>();

    private TestRun(TestOptions options, Consumer<String> progress) {
        this.options = options;
        this.progress = progress;
        this.workload =
                Workloads.create(options.workload(), THREADS, options.server().provesStaleness());
    }

    /**
     * Runs a test and blocks until its verdict is there.
     *
     * @param progress told of each step, in lines for a person
     * @throws IOException if the cluster could not be built or started, or files not be written
     */
    public static Outcomes run(TestOptions options, Consumer<String> progress) throws IOException {
        return new TestRun(options, progress).run();
    }

    private Outcomes run() throws IOException {
        Path folder = Files.createDirectories(options.results()
                .resolve(options.title() + "-" + LocalDateTime.now().format(FOLDER_TIME)));
        boolean powerCuts = options.faults().stream().anyMatch(FaultKind::needsDisk);
        Plan plan = Plan.of(options.seed(), options.faults(), options.time());
        progress.accept(String.format(
                "%s, workload %s, %d nodes, seed %d, %d faults planned",
                options.server().name(),
                workload.name(),
                options.nodes(),
                options.seed(),
                plan.steps().size()));
        plan.steps()
                .forEach(step -> progress.accept(String.format(
                        "  plan: at %.1f s for %.1f s %s",
                        step.atMillis() / 1e3,
                        step.lastingMillis() / 1e3,
                        step.kind().label())));
        long originNanos;
        Optional<EventLog> log;
        Effects.Counters counters;
        Map<Integer, List<Long>> starts;
        try (Cluster cluster = Cluster.start(new Cluster.Spec(server(), options.nodes(), powerCuts, folder, gear()))) {
            String missing = cluster.awaitReady(START);
            if (!missing.isEmpty()) {
                throw new IOException("the cluster did not start, " + missing + "; logs are in " + folder);
            }
            originNanos = System.nanoTime();
            try (Participants participants = Participants.of(workload.name(), cluster, options.seed())) {
                work(cluster, plan, originNanos);
                recover(cluster);
                finalReads(cluster);
                participants.settle();
                log = observe(cluster);
                results.addAll(participants.judge(log));
            }
            counters = Effects.Counters.of(cluster);
            starts = cluster.starts();
            results.add(ServerLogs.check(cluster.logs(), cluster.surprises()));
        }
        judge(new Evidence(recorder.history(), originNanos, starts), log, plan);
        results.add(Effects.check(recorder.history(), faults, counters));
        Outcomes outcomes = new Outcomes(options, recorder.history(), faults, results, folder);
        HistoryFile.write(folder.resolve("history.jsonl"), outcomes.history(), faults, starts);
        if (log.isPresent()) {
            HistoryFile.writeLog(folder.resolve("log.jsonl"), log.get());
        }
        Files.writeString(folder.resolve("report.txt"), Report.of(outcomes));
        return outcomes;
    }

    /** With the flags that the faults need. */
    private ServerKind server() {
        List<String> flags = options.faults().stream()
                .flatMap(fault -> fault.serverFlags().stream())
                .distinct()
                .toList();
        return options.server() instanceof LockstepServer ours ? ours.with(flags) : options.server();
    }

    private Set<Gear> gear() {
        return options.faults().stream().flatMap(fault -> fault.gear().stream()).collect(Collectors.toSet());
    }

    private void work(Cluster cluster, Plan plan, long originNanos) {
        long endNanos = originNanos + options.time().toNanos();
        AtomicBoolean faultsLeft = new AtomicBoolean(true); // nemesis thread to client threads
        BooleanSupplier goOn = () -> faultsLeft.get() || System.nanoTime() - endNanos < 0;
        List<Client.Target> connections = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            List<Client.Target> targets = targets(cluster, thread);
            connections.addAll(targets);
            Client.Settings settings = new Client.Settings(
                    thread,
                    THREADS,
                    options.seed(),
                    THREADS * 1_000_000L / options.operationsPerSecond(),
                    options.staleAsLinearizable());
            threads.add(new Thread(new Client(settings, targets, workload, recorder, goOn), "client-" + thread));
        }
        Nemesis nemesis = new Nemesis(cluster, plan, this::faultDone);
        threads.add(new Thread(
                () -> {
                    try {
                        nemesis.run(originNanos);
                    } finally {
                        faultsLeft.set(false);
                    }
                },
                "nemesis"));
        for (Thread thread : threads) {
            thread.setUncaughtExceptionHandler((who, e) -> crashes.add(who.getName() + " died: " + e));
            thread.start();
        }
        try {
            for (Thread thread : threads) {
                thread.join(PROGRESS.toMillis());
                while (thread.isAlive()) {
                    progress.accept(state(originNanos));
                    thread.join(PROGRESS.toMillis());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            threads.forEach(Thread::interrupt);
            throw new IllegalStateException("interrupted", e);
        } finally {
            connections.forEach(target -> target.caller().close());
        }
    }

    /** A thread has one node. A session has all, the first half of them through our client, the others through jetcd. */
    private List<Client.Target> targets(Cluster cluster, int thread) {
        if (!workload.hasSessions()) {
            int node = 1 + thread % cluster.size();
            return List.of(new Client.Target(node, cluster.connect(node)));
        }
        SessionToken token = new SessionToken();
        boolean keepsToken = !options.staleAsLinearizable();
        List<Client.Target> targets = new ArrayList<>();
        for (int node : cluster.nodes()) {
            String host = cluster.host(node);
            targets.add(new Client.Target(
                    node,
                    thread < THREADS / 2
                            ? new KvClientCaller(host, Cluster.CLIENT_PORT, token, keepsToken)
                            : new JetcdCaller(host, Cluster.CLIENT_PORT, token, keepsToken)));
        }
        return targets;
    }

    private void faultDone(FaultRecord fault) {
        faults.add(fault);
        progress.accept(String.format(
                "  fault: %s, %s, %.1f s%s, recovered in %.1f s",
                fault.kind().label(),
                fault.detail(),
                (fault.endedNanos() - fault.beganNanos()) / 1e9,
                fault.effective() ? "" : ", WITHOUT EFFECT",
                fault.recoveryMillis() / 1e3));
        if (fault.recoveryMillis() < 0) {
            livenessProblems.add("no recovery from " + fault.kind().label() + ", " + fault.detail());
        }
    }

    private String state(long originNanos) {
        int[] counts = new int[Outcome.values().length];
        recorder.history().forEach(operation -> counts[operation.outcome().ordinal()]++);
        return String.format(
                "%4.0f s: %d ok, %d failed, %d unknown, %d faults",
                (System.nanoTime() - originNanos) / 1e9, counts[0], counts[1], counts[2], faults.size());
    }

    private void recover(Cluster cluster) throws IOException {
        String left = Nemesis.undoEverything(cluster);
        long began = System.nanoTime();
        String missing = cluster.awaitReady(Nemesis.RECOVERY);
        progress.accept(String.format("recovered in %.1f s", (System.nanoTime() - began) / 1e9));
        if (!left.isEmpty() || !missing.isEmpty()) {
            livenessProblems.add(left + missing);
        }
    }

    /** An acknowledged write that nobody reads could be lost unseen. */
    private void finalReads(Cluster cluster) {
        for (int node : cluster.nodes()) {
            try (NodeClient connection = cluster.connect(node)) {
                Client.Settings settings =
                        new Client.Settings(THREADS + node, THREADS + cluster.size() + 1, options.seed(), 0, false);
                Client.Target target = new Client.Target(node, connection);
                Client reader = new Client(settings, List.of(target), new Silent(workload), recorder, () -> false);
                for (Action read : workload.finalReads()) {
                    if (!readInTheEnd(reader, read, target)) {
                        livenessProblems.add("n" + node + " does not answer " + read + " after all was mended");
                        return;
                    }
                }
            }
        }
    }

    private static boolean readInTheEnd(Client reader, Action read, Client.Target target) {
        for (int attempt = 0; attempt < FINAL_READ_ATTEMPTS; attempt++) {
            if (reader.perform(read, target).outcome() == Outcome.OK) {
                return true;
            }
        }
        return false;
    }

    /** The threads are gone: final reads must not be taken for theirs. */
    private record Silent(Workload workload) implements Workload {
        @Override
        public String name() {
            return workload.name();
        }

        @Override
        public Action next(int thread, SplittableRandom random) {
            return workload.next(thread, random);
        }

        @Override
        public void ended(int thread, Operation operation) {
            // See above.
        }

        @Override
        public List<Action> finalReads() {
            return workload.finalReads();
        }

        @Override
        public List<CheckResult> check(Evidence evidence) {
            return workload.check(evidence);
        }
    }

    /** Every node's log and hash; empty if they could not be read. */
    private Optional<EventLog> observe(Cluster cluster) {
        if (livenessProblems.isEmpty()) {
            awaitSameRevision(cluster);
        }
        Map<Integer, Convergence.MemberState> states = new TreeMap<>();
        for (int node : cluster.nodes()) {
            try (NodeClient connection = cluster.connect(node)) {
                EventLog log = LogReader.read(connection);
                states.put(node, new Convergence.MemberState(log, connection.hash(log.lastRevision())));
            } catch (RuntimeException e) {
                livenessProblems.add("the log of n" + node + " could not be read: " + e.getMessage());
            }
        }
        results.add(Convergence.check(states));
        return states.values().stream().map(Convergence.MemberState::log).findFirst();
    }

    private void awaitSameRevision(Cluster cluster) {
        long deadline = System.nanoTime() + Nemesis.RECOVERY.toNanos();
        Set<Long> revisions = new HashSet<>();
        do {
            revisions.clear();
            for (int node : cluster.nodes()) {
                revisions.add(cluster.status(node).map(NodeStatus::revision).orElse(-1L));
            }
            if (revisions.size() == 1 && !revisions.contains(-1L)) {
                return;
            }
            Pause.millis(100);
        } while (System.nanoTime() - deadline < 0);
        livenessProblems.add("nodes stay at different revisions: " + revisions);
    }

    private void judge(Evidence evidence, Optional<EventLog> log, Plan plan) {
        List<Operation> history = evidence.history();
        long originNanos = evidence.originNanos();
        results.addAll(workload.check(evidence));
        log.ifPresent(known -> results.add(Certificate.check(history, known, originNanos, workload::leavesToOthers)));
        if (!options.staleAsLinearizable()) {
            boolean beyond = faults.stream().anyMatch(fault -> fault.kind().group() == FaultKind.Group.CLOCK_TOO_SLOW);
            results.add(
                    beyond
                            ? StalenessChecker.withoutVerdict(history, originNanos)
                            : StalenessChecker.check(history, originNanos));
        }
        results.add(new CheckResult(
                "liveness",
                livenessProblems.isEmpty() ? Verdict.VALID : Verdict.INVALID,
                "recovery within " + Nemesis.RECOVERY.toSeconds() + " s",
                livenessProblems));
        results.add(Statistics.check(history, faults, plan.steps().size()));
        if (!crashes.isEmpty()) {
            results.add(new CheckResult("harness", Verdict.UNKNOWN, "its own threads", crashes));
        }
    }
}
