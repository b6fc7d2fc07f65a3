package io.lockstep.node.raft;

import static org.awaitility.Awaitility.await;

import io.lockstep.node.error.KvException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Members of one cluster in this JVM, over the real transport. */
final class TestCluster implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final long clusterId;
    final Path directory;
    final List<PeerMember> members = new ArrayList<>();
    final List<Member> nodes = new ArrayList<>();
    RaftLimits limits = RaftLimits.DEFAULTS;
    Optional<PeerTls> tls = Optional.empty();

    /** One member: its directory stays, its group comes and goes. */
    final class Member {
        final int number;
        final Path directory;
        final ConcurrentLinkedQueue<String> fatals = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();

        @Nullable
        FileState state;

        @Nullable
        RaftGroup group;

        volatile long leaderTerm;

        Member(int number) {
            this.number = number;
            this.directory = TestCluster.this.directory.resolve("member-" + number);
        }

        long id() {
            return members.get(number).memberId();
        }

        RaftConfig config() {
            return new RaftConfig(
                    clusterId,
                    id(),
                    "n" + number,
                    members.get(number).address(),
                    members,
                    true,
                    directory,
                    new InetSocketAddress(
                            "127.0.0.1", members.get(number).address().port()),
                    Duration.ofMillis(100),
                    Duration.ofMillis(1000),
                    tls,
                    limits,
                    "0.1.0-test");
        }

        Member start() throws RaftStartException, IOException {
            state = new FileState(directory.resolve("state"));
            group = RaftGroup.start(config(), state, listener(), (what, cause) -> fatals.add(what));
            return this;
        }

        private RaftListener listener() {
            return new RaftListener() {
                @Override
                public void onLeaderStart(long term) {
                    leaderTerm = term;
                    events.add("start " + term);
                }

                @Override
                public void onLeaderStop() {
                    leaderTerm = 0;
                    events.add("stop");
                }

                @Override
                public void onLeaderChanged(long leader, long term) {
                    events.add("leader " + Long.toHexString(leader) + " " + term);
                }
            };
        }

        void stop() {
            RaftGroup current = group;
            group = null;
            leaderTerm = 0;
            if (current != null) {
                current.close();
            }
        }

        boolean isRunning() {
            return group != null;
        }

        /** Done: committed and applied here; else ends with the exception that the listener got. */
        CompletableFuture<Void> propose(String value) {
            return propose(value, leaderTerm);
        }

        CompletableFuture<Void> propose(String value, long term) {
            CompletableFuture<Void> result = new CompletableFuture<>();
            group.propose(ByteBuffer.wrap(value.getBytes(StandardCharsets.UTF_8)), term, new ProposalListener() {
                @Override
                public void committed() {
                    result.complete(null);
                }

                @Override
                public void failed(KvException.Failed why) {
                    result.completeExceptionally(why);
                }

                @Override
                public void unknown(KvException.Unknown why) {
                    result.completeExceptionally(why);
                }
            });
            return result;
        }

        CompletableFuture<Void> readIndex() {
            CompletableFuture<Void> result = new CompletableFuture<>();
            group.readIndex(new ReadIndexListener() {
                @Override
                public void ready() {
                    result.complete(null);
                }

                @Override
                public void failed(KvException.Failed why) {
                    result.completeExceptionally(why);
                }
            });
            return result;
        }
    }

    TestCluster(Path directory, int size) throws IOException {
        this(directory, size, 0x10c5);
    }

    TestCluster(Path directory, int size, long clusterId) throws IOException {
        this.clusterId = clusterId;
        this.directory = directory;
        List<ServerSocket> held = new ArrayList<>();
        for (int number = 0; number < size; number++) {
            ServerSocket socket = new ServerSocket(0);
            held.add(socket);
            members.add(new PeerMember(100 + number, new PeerAddress("127.0.0.1", socket.getLocalPort(), 0)));
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        for (int number = 0; number < size; number++) {
            nodes.add(new Member(number));
        }
    }

    TestCluster startAll() throws RaftStartException, IOException {
        for (Member node : nodes) {
            node.start();
        }
        return this;
    }

    Member leader() {
        return await().atMost(PATIENCE)
                .pollInterval(10, TimeUnit.MILLISECONDS)
                .until(
                        () -> nodes.stream()
                                .filter(node -> node.isRunning()
                                        && node.leaderTerm > 0
                                        && node.group.status().role() == RaftStatus.Role.LEADER)
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
    }

    Member follower() {
        Member leader = leader();
        return nodes.stream()
                .filter(node -> node != leader && node.isRunning())
                .findFirst()
                .orElseThrow();
    }

    /** Proposes to whoever leads until it is committed; a value may be there twice after an unknown outcome. */
    void commit(String value) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                leader().propose(value).get(5, TimeUnit.SECONDS);
                return;
            } catch (InterruptedException
                    | java.util.concurrent.ExecutionException
                    | java.util.concurrent.TimeoutException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError("not committed: " + value, e);
                }
            }
        }
    }

    void commit(String prefix, int count) throws Exception {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        Member leader = leader();
        for (int i = 0; i < count; i++) {
            all.add(leader.propose(prefix + i));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    void awaitSame() {
        await().atMost(PATIENCE).pollInterval(10, TimeUnit.MILLISECONDS).until(() -> {
            List<List<String>> all = nodes.stream()
                    .filter(Member::isRunning)
                    .map(node -> node.state.values())
                    .toList();
            return all.stream().distinct().count() == 1;
        });
    }

    @Override
    public void close() {
        nodes.forEach(Member::stop);
    }
}
