package io.lockstep.node.embedded;

import static org.awaitility.Awaitility.await;

import io.grpc.Channel;
import io.lockstep.api.ClusterGrpc;
import io.lockstep.api.Member;
import io.lockstep.api.MemberAddRequest;
import io.lockstep.api.MemberListRequest;
import io.lockstep.api.MemberRemoveRequest;
import io.lockstep.node.KvNode;
import io.lockstep.node.config.NodeConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Nodes that join a running {@link EmbeddedCluster}, and what clients ask about members. */
final class Newcomers implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EmbeddedCluster cluster;
    private final Map<String, String> peerUrls;
    private final String token;
    private final List<Integer> freePorts;
    private final List<KvNode> open = new ArrayList<>();
    final Queue<String> fatals = new ConcurrentLinkedQueue<>();

    Newcomers(EmbeddedCluster cluster) {
        this.cluster = cluster;
        ClusterPlan plan = ClusterPlan.in(cluster.directory(), cluster.size());
        this.peerUrls = new LinkedHashMap<>(plan.peerUrls());
        this.token = plan.token();
        // As many more ports as there are nodes, chosen like theirs.
        this.freePorts = new ArrayList<>(ClusterPlan.in(cluster.directory().resolve("newcomers"), cluster.size())
                .peerPorts());
    }

    /** The peer address for a member of this name, which nobody has yet. */
    String newPeerUrl(String name) {
        return peerUrls.computeIfAbsent(name, key -> "http://127.0.0.1:" + freePorts.remove(0));
    }

    Path directory(String name) {
        return cluster.directory().resolve(name);
    }

    NodeConfig config(String name) {
        return NodeConfig.embedded(directory(name))
                .memberOf(name, peerUrls, token)
                .joining()
                .clientUrls("http://127.0.0.1:0")
                .timing(Duration.ofMillis(100), Duration.ofMillis(1_000))
                .build();
    }

    /** A node of the cluster's own, as its founder, telling here why it stops. */
    KvNode restartFounder(int node) {
        String name = ClusterPlan.name(node);
        return opened(KvNode.start(
                NodeConfig.embedded(directory(name))
                        .memberOf(
                                name,
                                ClusterPlan.in(cluster.directory(), cluster.size())
                                        .peerUrls(),
                                token)
                        .joining()
                        .clientUrls("http://127.0.0.1:0")
                        .timing(Duration.ofMillis(100), Duration.ofMillis(1_000))
                        .build(),
                (what, cause) -> fatals.add(what)));
    }

    KvNode start(String name) {
        return opened(KvNode.start(config(name), (what, cause) -> fatals.add(what)));
    }

    private KvNode opened(KvNode node) {
        open.add(node);
        return node;
    }

    static ClusterGrpc.ClusterBlockingStub members(Channel channel) {
        return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(10, TimeUnit.SECONDS);
    }

    static Member add(Channel channel, String peerUrl, boolean learner) {
        return members(channel)
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs(peerUrl)
                        .setIsLearner(learner)
                        .build())
                .getMember();
    }

    static void remove(Channel channel, long id) {
        var unused = members(channel)
                .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build());
    }

    static List<Member> list(Channel channel) {
        return members(channel)
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList();
    }

    static Member find(Channel channel, long id) {
        return list(channel).stream()
                .filter(member -> member.getID() == id)
                .findAny()
                .orElseThrow();
    }

    /** Waits until every member has told its name: until then etcd's rules, and ours, take it for not started. */
    static void awaitAllStarted(Channel channel) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> list(channel).stream()
                        .noneMatch(member -> member.getName().isEmpty()));
    }

    /** Waits until nobody joins or leaves any more, as this node knows. */
    void awaitSettled(int node) {
        await().atMost(PATIENCE).until(() -> page(cluster.endpoint(node)).contains("lockstep_members_changing 0.0"));
    }

    static String page(String endpoint) {
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(endpoint + "/metrics"))
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        open.forEach(KvNode::close);
    }
}
