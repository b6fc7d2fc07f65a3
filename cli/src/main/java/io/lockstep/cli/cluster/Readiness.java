package io.lockstep.cli.cluster;

import com.google.protobuf.ByteString;
import io.lockstep.api.RangeRequest;
import io.lockstep.api.StatusResponse;
import io.lockstep.cli.CommandFailed;
import io.lockstep.cli.Console;
import io.lockstep.client.Endpoint;
import io.lockstep.client.KvClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Whether the nodes serve, and who leads: asked from outside, as a user would. */
public final class Readiness implements AutoCloseable {
    private static final Duration ATTEMPT = Duration.ofSeconds(2);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** A linearizable read of whatever key: answered only with a quorum behind the node. */
    private static final RangeRequest ANY_KEY = RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8("k"))
            .setCountOnly(true)
            .build();

    private final LocalCluster cluster;
    private final KvClient client;

    public Readiness(LocalCluster cluster) {
        this.cluster = cluster;
        this.client = KvClient.builder()
                .endpoints(cluster.file().endpoints().toArray(String[]::new))
                .timeout(ATTEMPT)
                .keepAlive(Duration.ZERO)
                .nativeTransport(false)
                .build();
    }

    /** Waits until each of these nodes answers a linearizable read; fails when one ends, or after {@code patience}. */
    public void await(List<LocalNode> nodes, Duration patience, Console console) {
        long deadline = System.nanoTime() + patience.toNanos();
        List<LocalNode> missing = new ArrayList<>(nodes);
        String last = "";
        while (!missing.isEmpty()) {
            for (LocalNode node : List.copyOf(missing)) {
                if (node.pid().isEmpty()) {
                    throw new CommandFailed(
                            node.name() + " ended: " + node.lastWords() + " (more: \"kv logs " + node.number() + "\")");
                }
                try {
                    client.range(Endpoint.parse(node.endpoint()), ANY_KEY).join();
                    missing.remove(node);
                    console.say(node.name() + " serves");
                } catch (CompletionException notYet) {
                    last = String.valueOf(
                            notYet.getCause() == null
                                    ? notYet
                                    : notYet.getCause().getMessage());
                }
            }
            if (!missing.isEmpty() && System.nanoTime() - deadline > 0) {
                throw new CommandFailed(missing.get(0).name() + " did not serve within " + patience.toSeconds() + " s: "
                        + last + " (see \"kv status\" and \"kv logs "
                        + missing.get(0).number() + "\")");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** What each node says of itself, in their order; empty where one does not answer. */
    public List<Optional<StatusResponse>> statuses() {
        List<CompletableFuture<Optional<StatusResponse>>> answers = new ArrayList<>();
        for (LocalNode node : cluster.nodes()) {
            answers.add(
                    node.pid().isEmpty()
                            ? CompletableFuture.completedFuture(Optional.empty())
                            : client.status(Endpoint.parse(node.endpoint()))
                                    .handle((status, error) -> Optional.ofNullable(status)));
        }
        return answers.stream().map(CompletableFuture::join).toList();
    }

    /** As {@link #leader()}, but an election that is under way may take its time. */
    public OptionalInt awaitLeader(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        OptionalInt leader = leader();
        while (leader.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
            leader = leader();
        }
        return leader;
    }

    /** The number of the node that says of itself that it leads; the highest term wins, should two say so. */
    private OptionalInt leader() {
        int leader = 0;
        long term = -1;
        List<Optional<StatusResponse>> statuses = statuses();
        for (int i = 0; i < statuses.size(); i++) {
            Optional<StatusResponse> status = statuses.get(i);
            if (status.isPresent()
                    && status.get().getLeader() == status.get().getHeader().getMemberId()
                    && status.get().getLeader() != 0
                    && status.get().getRaftTerm() > term) {
                leader = i + 1;
                term = status.get().getRaftTerm();
            }
        }
        return leader == 0 ? OptionalInt.empty() : OptionalInt.of(leader);
    }

    @Override
    public void close() {
        client.close();
    }
}
