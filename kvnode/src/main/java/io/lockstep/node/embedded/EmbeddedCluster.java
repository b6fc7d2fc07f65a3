package io.lockstep.node.embedded;

import io.grpc.Channel;
import io.lockstep.node.KvNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * One, three or five nodes in this JVM that are a real cluster: real ports on 127.0.0.1, real data on disk, and faults on
 * demand. Nodes are numbered from 0.
 *
 * <pre>{@code
 * try (EmbeddedCluster cluster = EmbeddedCluster.start(3)) {
 *     Client client = Client.builder().endpoints(cluster.endpoints().toArray(String[]::new)).build();
 *     int leader = cluster.awaitLeader();
 *     cluster.isolate(leader);
 *     ...
 *     cluster.heal();
 * }
 * }</pre>
 *
 * <p>Any thread; one call at a time goes on. Calls block until what they name is done, but not until the cluster has
 * adapted to it: that is what {@link #awaitReady} and {@link #awaitLeader} are for.
 */
public final class EmbeddedCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path directory;
    private final boolean temporary;
    private final List<NodeSlot> slots;
    private final Readiness readiness;
    private final Duration startupTime;

    /** Guarded by this: by node, the nodes that it can't reach. */
    private final List<Set<Integer>> unreachable = new ArrayList<>();

    private EmbeddedCluster(Path directory, boolean temporary, List<NodeSlot> slots, long begunNanos) {
        this.directory = directory;
        this.temporary = temporary;
        this.slots = List.copyOf(slots);
        this.readiness = new Readiness(this.slots);
        slots.forEach(slot -> unreachable.add(new HashSet<>()));
        try {
            awaitReady(PATIENCE);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        this.startupTime = Duration.ofNanos(System.nanoTime() - begunNanos);
    }

    /**
     * Starts a cluster with its data in a temporary directory, and waits until every node answers.
     *
     * @throws ClusterStartException if it does not come up within 30 s
     */
    public static EmbeddedCluster start(int nodes) {
        return builder(nodes).start();
    }

    public static EmbeddedClusterBuilder builder(int nodes) {
        return new EmbeddedClusterBuilder(nodes);
    }

    static EmbeddedCluster of(Path directory, boolean temporary, List<NodeSlot> slots, long begunNanos) {
        return new EmbeddedCluster(directory, temporary, slots, begunNanos);
    }

    public int size() {
        return slots.size();
    }

    /** The client ports of all nodes, those that are stopped too, like {@code http://127.0.0.1:23456}. */
    public List<String> endpoints() {
        return slots.stream().map(NodeSlot::clientUrl).toList();
    }

    public String endpoint(int node) {
        return slot(node).clientUrl();
    }

    /** The services of this node without TCP; while it is stopped, calls fail as UNAVAILABLE. Outlives restarts. */
    public Channel channel(int node) {
        return slot(node).channel();
    }

    /** The node that runs in this place, or ran there last. */
    public KvNode node(int node) {
        return slot(node).node();
    }

    /** How long it took from the call of {@code start} until every node answered. */
    public Duration startupTime() {
        return startupTime;
    }

    /** Where the nodes' data is. */
    public Path directory() {
        return directory;
    }

    /**
     * Waits until every node that runs, is not paused and reaches a majority knows the same leader, has had a write without
     * effect acknowledged and has answered a linearizable read.
     *
     * @throws ClusterStartException if that takes longer: names the first node that is not ready, and why
     */
    public void awaitReady(Duration timeout) {
        readiness.await(inMajority(), timeout);
    }

    /** The node that leads; empty: none does, or it is not known yet. An old leader that is cut off does not count. */
    public OptionalInt leader() {
        return readiness.leader(inMajority());
    }

    /** Waits until a node leads that reaches a majority. At most 30 s. */
    public int awaitLeader() {
        return readiness.awaitLeader(this::inMajority, PATIENCE);
    }

    /**
     * Ends a node as a crash would: no leadership handed over, no call answered, no flush. Unlike after {@code kill -9} its
     * connections end with a word instead of silence, and its files are complete.
     */
    public synchronized void kill(int node) {
        slot(node).crash();
    }

    /** Ends a node in good order: leadership is handed over, open calls are answered, the state is flushed. */
    public synchronized void stop(int node) {
        slot(node).close();
    }

    /** Starts a node that was killed or stopped, with its old data on its old ports; one that runs is stopped first. */
    public synchronized void restart(int node) {
        slot(node).close();
        slot(node).start();
        applyCut(node);
    }

    /** Stops a node without ending it: it hears, says, answers and applies nothing; what was sent to it waits. */
    public synchronized void pause(int node) {
        slot(node).pause();
    }

    /** The node goes on where it was. */
    public synchronized void resume(int node) {
        slot(node).resume();
    }

    /**
     * Nodes reach only those of their own set from now on; a node that is in none reaches nobody. What is sent across is
     * lost, as in a network that is cut. Clients reach every node all the while. Replaces an earlier partition.
     */
    @SafeVarargs
    public final synchronized void partition(Set<Integer>... sets) {
        for (int node = 0; node < size(); node++) {
            Set<Integer> others = everybody();
            for (Set<Integer> set : sets) {
                set.forEach(this::slot);
                if (set.contains(node)) {
                    others.removeAll(set);
                }
            }
            others.remove(node);
            unreachable.set(node, others);
        }
        IntStream.range(0, size()).forEach(this::applyCut);
    }

    /** Cuts this node off from all others, which still reach each other. */
    public synchronized void isolate(int node) {
        Set<Integer> others = everybody();
        others.remove(node);
        partition(Set.of(node), others);
    }

    /** Ends every partition. */
    public synchronized void heal() {
        partition(everybody());
    }

    /** Undoes every fault: heals, resumes, restarts; then waits until every node answers. At most 30 s. */
    public void recover() {
        synchronized (this) {
            heal();
            for (NodeSlot slot : slots) {
                slot.resume();
                if (!slot.isRunning()) {
                    slot.start();
                }
            }
        }
        awaitReady(PATIENCE);
    }

    private Set<Integer> everybody() {
        Set<Integer> all = new HashSet<>();
        IntStream.range(0, size()).forEach(all::add);
        return all;
    }

    private void applyCut(int node) {
        Set<Long> members = new HashSet<>();
        unreachable.get(node).forEach(other -> members.add(slot(other).node().memberId()));
        slot(node).node().faults().cutOff(members);
    }

    private synchronized List<Integer> inMajority() {
        return IntStream.range(0, size()).filter(this::reachesMajority).boxed().toList();
    }

    private boolean reachesMajority(int node) {
        long reached = IntStream.range(0, size())
                .filter(other -> slot(other).isUp() && !unreachable.get(node).contains(other))
                .count();
        return slot(node).isUp() && reached > size() / 2;
    }

    private NodeSlot slot(int node) {
        if (node < 0 || node >= slots.size()) {
            throw new IllegalArgumentException("there is no node " + node + ": they are 0 to " + (slots.size() - 1));
        }
        return slots.get(node);
    }

    /** Stops every node; a temporary directory is deleted. */
    @Override
    public synchronized void close() {
        NodeSlot.all(slots, temporary ? NodeSlot::crash : NodeSlot::leave);
        if (temporary) {
            delete(directory);
        }
    }

    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (var files = Files.walk(directory)) {
            for (Path file :
                    files.sorted((a, b) -> b.getNameCount() - a.getNameCount()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the directory " + directory + " can't be deleted: " + e, e);
        }
    }
}
