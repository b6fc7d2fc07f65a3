package io.lockstep.jepsen.cluster;

import io.lockstep.jepsen.client.BulkClient;
import io.lockstep.jepsen.client.NodeClient;
import io.lockstep.jepsen.client.NodeStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The members under test. Faults are done to sets of nodes, numbered from 1; each returns what shows that it had no
 * effect, or an empty text.
 *
 * <p>Closing ends every process and removes every namespace, interface, mount and file; a hook does the same if the JVM is
 * asked to end, and the next run if it is not asked.
 */
public final class Cluster implements AutoCloseable {
    /** Of every node. */
    public static final int CLIENT_PORT = ServerKind.Address.CLIENT_PORT;

    /**
     * What to build.
     *
     * @param powerCuts each node gets a file system of its own that can lose power
     * @param logFolder where the members' output goes; it is kept
     * @param gear what some faults need
     */
    public record Spec(ServerKind kind, int nodes, boolean powerCuts, Path logFolder, Set<Gear> gear) {
        public static final int MAX_NODES = 7;

        public Spec(ServerKind kind, int nodes, boolean powerCuts, Path logFolder) {
            this(kind, nodes, powerCuts, logFolder, Set.of());
        }

        public Spec {
            gear = Set.copyOf(gear);
            if (nodes < 1 || nodes > MAX_NODES) {
                throw new IllegalArgumentException("nodes must be 1 to " + MAX_NODES + ", not " + nodes);
            }
        }
    }

    private final RunFolder run;
    private final Network network;
    private final List<Member> members = new ArrayList<>();
    private final List<NodeClient> probes = new ArrayList<>();
    private final StepStops stepStops;
    private @Nullable Clocks clocks;
    private final Thread hook = new Thread(this::removeQuietly, "jepsen-cleanup");

    private Cluster(RunFolder run, Network network) {
        this.run = run;
        this.network = network;
        this.stepStops = new StepStops(run.path(), members);
    }

    /** Builds the hosts and starts the members; they may not be ready yet. */
    public static Cluster start(Spec spec) throws IOException {
        RunFolder run = RunFolder.claim();
        Cluster cluster = new Cluster(run, new Network(run, spec.nodes()));
        Runtime.getRuntime().addShutdownHook(cluster.hook);
        try {
            cluster.build(spec);
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    private void build(Spec spec) throws IOException {
        network.up();
        clocks = spec.gear().contains(Gear.CLOCKS) ? Clocks.in(run.path()) : null;
        Files.createDirectories(spec.logFolder());
        List<ServerKind.Address> addresses = IntStream.rangeClosed(1, spec.nodes())
                .mapToObj(node -> new ServerKind.Address("n" + node, run.address(node)))
                .toList();
        String token = "jepsen-" + run.path().getFileName() + "-" + System.nanoTime();
        for (ServerKind.Address address : addresses) {
            Disk disk = spec.powerCuts()
                    ? new LoopDisk(run.path(), address.name())
                    : new FolderDisk(run.path().resolve(address.name()));
            disk.create();
            members.add(new Member(
                    address,
                    run.namespace(address.name()),
                    new Member.Program(
                            spec.kind().command(address, addresses, token, disk.dataFolder()),
                            environment(spec, address.name())),
                    spec.logFolder().resolve(address.name() + ".log"),
                    disk));
            probes.add(new NodeClient(address.host(), ServerKind.Address.CLIENT_PORT));
        }
        for (Member member : members) {
            member.start();
        }
    }

    private Map<String, String> environment(Spec spec, String member) throws IOException {
        Map<String, String> environment = new HashMap<>(spec.kind().environment());
        if (spec.gear().contains(Gear.STEP_STOPS)) {
            environment.put("JDK_JAVA_OPTIONS", "-D" + StepStops.PROPERTY + "=" + StepStops.fileOf(run.path(), member));
        }
        if (clocks != null) {
            environment.putAll(clocks.environment(member));
        }
        return environment;
    }

    public int size() {
        return members.size();
    }

    /** All node numbers. */
    public List<Integer> nodes() {
        return IntStream.rangeClosed(1, size()).boxed().toList();
    }

    /** A new client of one node; the caller closes it. */
    public NodeClient connect(int node) {
        return new NodeClient(member(node).address().host(), ServerKind.Address.CLIENT_PORT);
    }

    /** Where clients reach a node: {@code host:port}. */
    public String clientTarget(int node) {
        return member(node).address().host() + ":" + ServerKind.Address.CLIENT_PORT;
    }

    /** The same for many keys. */
    public BulkClient connectBulk(int node, int valueBytes) {
        return new BulkClient(member(node).address().host(), ServerKind.Address.CLIENT_PORT, valueBytes);
    }

    /** A metric without labels of one node, or empty if it has none of this name. */
    public OptionalDouble metric(int node, String name) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(member(node).address().clientUrl() + "/metrics"))
                .timeout(Duration.ofSeconds(5))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst();
    }

    /** What a node's process holds in memory; 0 if it does not run. */
    public long residentBytes(int node) {
        return member(node).residentBytes();
    }

    private Member member(int node) {
        return members.get(node - 1);
    }

    /** What a node says of itself, or empty if it does not answer within a second. */
    public Optional<NodeStatus> status(int node) {
        return probes.get(node - 1).status();
    }

    /** The node that says that it leads, in the highest term if several do. */
    public Optional<Integer> leader() {
        Optional<Integer> leader = Optional.empty();
        long highestTerm = -1;
        for (int node : nodes()) {
            Optional<NodeStatus> status = status(node).filter(NodeStatus::leads);
            if (status.isPresent() && status.get().term() > highestTerm) {
                highestTerm = status.get().term();
                leader = Optional.of(node);
            }
        }
        return leader;
    }

    /** Waits until every node answers and knows a leader. Returns which do not, or an empty text. */
    public String awaitReady(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        Set<Integer> missing = new HashSet<>(nodes());
        while (true) {
            missing.removeIf(
                    node -> status(node).filter(NodeStatus::knowsLeader).isPresent());
            if (missing.isEmpty()) {
                return "";
            }
            if (System.nanoTime() - deadline > 0) {
                return "without a leader or without an answer after " + patience.toSeconds() + " s: nodes " + missing;
            }
            Pause.millis(50);
        }
    }

    /** Stops packets in these directions, {from, to} each, instead of those that were stopped before. */
    public String cut(Collection<int[]> directions) {
        List<Network.Link> links = directions.stream()
                .map(pair -> new Network.Link(pair[0], pair[1]))
                .toList();
        network.cut(links);
        List<Network.Link> open = network.notCut(links);
        return open.isEmpty() ? "" : "packets still pass: " + open;
    }

    public String healNetwork() {
        network.cut(List.of());
        return network.isWhole() ? "" : "the switch still drops packets";
    }

    public String kill(Collection<Integer> nodes) {
        return onEach(nodes, Member::kill, "was not killed");
    }

    public String pause(Collection<Integer> nodes) {
        return onEach(nodes, Member::pause, "was not stopped");
    }

    public String resume(Collection<Integer> nodes) {
        return onEach(nodes, Member::resume, "was not continued");
    }

    private interface Deed {
        boolean on(Member member);
    }

    private String onEach(Collection<Integer> nodes, Deed deed, String otherwise) {
        List<String> ineffective = new ArrayList<>();
        for (int node : nodes) {
            if (!deed.on(member(node))) {
                ineffective.add("n" + node + " " + otherwise);
            }
        }
        return String.join(", ", ineffective);
    }

    /** Lets members stop themselves between two steps of a read, and continues each after some time. Blocks. */
    public String stopAtSteps(long millis) {
        return stepStops.during(millis);
    }

    /** How often members have stopped themselves, by step. */
    public Map<String, Integer> stepStops() {
        return stepStops.counts();
    }

    /** Makes the monotonic clocks of nodes run at another rate: 1 is the machine's. */
    public String runClocks(Collection<Integer> nodes, double rate) {
        Clocks running = clocks;
        if (running == null) {
            throw new IllegalStateException("the members have the machine's clock");
        }
        return String.join(
                "",
                nodes.stream()
                        .map(node -> running.run(member(node).address().name(), rate))
                        .toList());
    }

    /** When each node's processes were started. */
    public Map<Integer, List<Long>> starts() {
        Map<Integer, List<Long>> starts = new HashMap<>();
        nodes().forEach(node -> starts.put(node, member(node).startedNanos()));
        return starts;
    }

    /** How a node's clients reach it. */
    public String host(int node) {
        return member(node).address().host();
    }

    /** Starts what does not run. */
    public String start(Collection<Integer> nodes) throws IOException {
        for (int node : nodes) {
            member(node).start();
        }
        return onEach(nodes, Member::isAlive, "does not run");
    }

    /**
     * Takes the power from nodes at one moment: processes stop, nothing more reaches their disks, memory is gone. They
     * stay down, with their disks mounted again.
     */
    public String cutPower(Collection<Integer> nodes) throws IOException {
        List<String> problems = new ArrayList<>();
        problems.add(pause(nodes));
        for (int node : nodes) {
            loopDisk(node).beforeCut();
        }
        for (int node : nodes) {
            loopDisk(node).cutPower();
        }
        problems.add(kill(nodes));
        for (int node : nodes) {
            problems.add(loopDisk(node).restorePower());
        }
        problems.removeIf(String::isEmpty);
        return String.join(", ", problems);
    }

    private LoopDisk loopDisk(int node) {
        if (member(node).disk instanceof LoopDisk loop) {
            return loop;
        }
        throw new IllegalStateException("n" + node + " has no disk that can lose power");
    }

    /** Processes that ended though nobody ended them. */
    public List<String> surprises() {
        return members.stream().flatMap(member -> member.surprises().stream()).toList();
    }

    public List<Path> logs() {
        return members.stream().map(Member::log).toList();
    }

    @Override
    public void close() {
        removeQuietly();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // The hook runs or has run: it does the same.
        }
    }

    /** Twice is fine: the nemesis' thread may still be at work when the JVM ends. */
    private synchronized void removeQuietly() {
        probes.forEach(NodeClient::close);
        members.forEach(Member::kill);
        try {
            run.remove();
        } catch (IOException | RuntimeException e) {
            System.err.println("could not clear away " + run.path() + ", the next run will: " + e.getMessage());
        }
    }
}
