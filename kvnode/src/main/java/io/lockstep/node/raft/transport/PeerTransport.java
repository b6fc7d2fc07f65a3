package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.error.RemotingException;
import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.node.raft.GroupMembers;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.node.raft.PeerTls;
import io.lockstep.node.raft.RaftStartException;
import io.lockstep.node.raft.transport.FrameCodec.Inbound;
import io.lockstep.node.tls.PortTls;
import io.lockstep.proto.peer.Call;
import io.lockstep.proto.peer.JoinReply;
import io.lockstep.proto.peer.JoinRequest;
import io.lockstep.proto.peer.Lane;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The peer port of one member: listens, keeps a link to every other member, and carries three kinds of traffic. */
public final class PeerTransport implements AutoCloseable {
    /**
     * Of each stream, and of a connection: what its receiver has not taken yet. What is beyond that waits with the sender,
     * where heartbeats go ahead of it: on a link of 1 MB/s a heartbeat comes half a second late, and not many. A link of
     * 50 ms there and back still carries 10 MB/s.
     */
    static final int WINDOW_BYTES = 512 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(PeerTransport.class);
    private static final long TICK_MILLIS = 20;
    private static final int WORKERS = 4;
    private static final int MAX_QUEUED_TASKS = 10_000;

    private final TransportConfig config;
    private final Roster roster;
    private final Greeting greeting;
    private final JoinDesk joins = new JoinDesk();
    // Written by the timer, and before it runs.
    private final Map<String, PeerLink> linksByAddress = new ConcurrentHashMap<>();
    private final Map<Long, PeerLink> linksByMember = new ConcurrentHashMap<>();
    private final EventLoops loops;
    private final ScheduledExecutorService timer;
    private final ThreadPoolExecutor workers;
    private final @Nullable PortTls tls;
    private final PeerServer server;
    private final CallRouter calls;
    // Only the timer: whom the links are for.
    private @Nullable GroupMembers linked;
    private final List<Consumer<PeerMember>> readyListeners = new CopyOnWriteArrayList<>();
    // Set once the group exists; the event loops read it.
    private volatile @Nullable RaftService raftRequests;
    // Set at the start; event loops read it.
    private volatile @Nullable Runnable removedListener;

    /** Listens, and begins to connect. */
    public static PeerTransport start(TransportConfig config) throws RaftStartException {
        PortTls tls = tls(config);
        try {
            return new PeerTransport(config, tls);
        } catch (IOException | RuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new RaftStartException(
                    "the peer port " + config.listenAddress() + " can't be opened: " + cause.getMessage()
                            + "; check that no other process has it",
                    e);
        }
    }

    private static @Nullable PortTls tls(TransportConfig config) throws RaftStartException {
        PeerTls files = config.tls();
        try {
            return files == null ? null : new PortTls("peer port", files.files(), ApplicationProtocolNames.HTTP_2);
        } catch (IOException e) {
            throw new RaftStartException(String.valueOf(e.getMessage()), e);
        }
    }

    private PeerTransport(TransportConfig config, @Nullable PortTls tls) throws IOException {
        this.config = config;
        this.tls = tls;
        String name = "peer-" + config.self().idText();
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> daemon(task, name + "-timer"));
        AtomicInteger number = new AtomicInteger();
        this.workers = new ThreadPoolExecutor(
                WORKERS,
                WORKERS,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MAX_QUEUED_TASKS),
                task -> daemon(task, name + "-worker-" + number.incrementAndGet()));
        workers.allowCoreThreadTimeOut(true);
        this.calls = new CallRouter(this, workers);
        this.loops = new EventLoops(name);
        this.roster = new Roster(config.members());
        this.greeting = new Greeting(config, roster);
        try {
            this.server = new PeerServer(config, greeting, roster, joins, tls, loops, timer, new Requests());
        } catch (IOException | RuntimeException e) {
            stopThreads();
            throw e;
        }
        relink(roster.members());
        var unused = timer.scheduleWithFixedDelay(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }

    public TransportConfig config() {
        return config;
    }

    /** Who belongs to the cluster from now on: others are not spoken to, and not listened to. */
    public void update(GroupMembers members) {
        roster.update(members);
    }

    /** On the timer, but for the first time. */
    private void relink(GroupMembers members) {
        linked = members;
        for (PeerLink link : List.copyOf(linksByMember.values())) {
            if (!members.find(link.peer().memberId()).equals(Optional.of(link.peer()))) {
                linksByMember.remove(link.peer().memberId(), link);
                linksByAddress.remove(link.peer().address().hostPort(), link);
                link.close();
            }
        }
        for (PeerMember member : members.members()) {
            if (member.memberId() != config.self().memberId() && !linksByMember.containsKey(member.memberId())) {
                PeerLink link = new PeerLink(
                        member, greeting, config, () -> newChannel(member), this::onReady, this::onRemoved);
                linksByAddress.put(member.address().hostPort(), link);
                linksByMember.put(member.memberId(), link);
            }
        }
        server.dropStrangers();
    }

    /** Called once or more, on an event loop: another member says that this one was removed. */
    public void onRemoved(Runnable listener) {
        removedListener = listener;
    }

    private void onRemoved() {
        Runnable listener = removedListener;
        if (listener != null) {
            listener.run();
        }
    }

    /** Who answers nodes that ask to join; must not block. */
    public void answerJoins(Function<JoinRequest, CompletableFuture<JoinReply>> handler) {
        joins.answeredBy(handler);
    }

    /** Calls between applications. */
    public CallRouter calls() {
        return calls;
    }

    /** Called on a worker, whenever a peer becomes reachable. */
    public void onPeerReady(Consumer<PeerMember> listener) {
        readyListeners.add(listener);
    }

    /** From now on requests of JRaft are served. */
    public void serve(RaftService requests) {
        this.raftRequests = requests;
    }

    public boolean isUsable(long memberId) {
        PeerLink link = linksByMember.get(memberId);
        return link != null && link.isUsable();
    }

    /** How replication to this member looks from outside; empty for this member itself. */
    public Optional<AppendProgress> progress(long memberId) {
        return Optional.ofNullable(linksByMember.get(memberId)).map(PeerLink::progress);
    }

    @Nullable
    PeerLink linkTo(String hostPort) {
        return linksByAddress.get(hostPort);
    }

    void send(long memberId, Lane lane, Message request, Pending answer) throws RemotingException {
        PeerLink link = linksByMember.get(memberId);
        if (link == null) {
            throw new RemotingException("no such member: " + Long.toHexString(memberId));
        }
        link.send(lane, request, answer);
    }

    private void tick() {
        long now = System.nanoTime();
        GroupMembers members = roster.members();
        if (!members.equals(linked)) {
            relink(members);
        }
        for (PeerLink link : linksByMember.values()) {
            try {
                link.tick(now);
            } catch (RuntimeException e) {
                // The timer must outlive any single link.
                LOG.error("the link to {} failed", link.peer().address().hostPort(), e);
            }
        }
    }

    private void onReady(PeerMember peer) {
        for (Consumer<PeerMember> listener : readyListeners) {
            workers.execute(() -> listener.accept(peer));
        }
    }

    private ManagedChannel newChannel(PeerMember peer) {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(
                peer.address().host(), peer.address().port());
        if (tls == null) {
            builder.usePlaintext();
        } else {
            builder.sslContext(tls.client());
        }
        loops.configure(builder, (int) config.deadPeerTimeout().toMillis());
        return builder.directExecutor()
                .maxInboundMessageSize(config.maxFrameBytes())
                .flowControlWindow(WINDOW_BYTES)
                .disableRetry()
                .build();
    }

    /** Stops the threads that send and receive until the latch is down; both directions then go on where they were. */
    public void hold(CountDownLatch until) {
        loops.hold(until);
        timer.execute(() -> EventLoops.await(until));
    }

    /** Ends every link; what is in flight fails. */
    @Override
    public void close() {
        timer.shutdownNow();
        linksByMember.values().forEach(PeerLink::close);
        server.close();
        RaftService requests = raftRequests;
        if (requests != null) {
            requests.close();
        }
        stopThreads();
    }

    private void stopThreads() {
        timer.shutdownNow();
        workers.shutdown();
        loops.close();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    private final class Requests implements PeerServer.Requests {
        @Override
        public void request(InboundStream stream, Inbound frame) {
            if (frame.message() instanceof Call call) {
                calls.serve(stream, frame.id(), call);
                return;
            }
            RaftService requests = raftRequests;
            if (requests == null) {
                stream.answer(frame.id(), RaftRequests.error("the member is not ready yet"));
            } else {
                requests.serve(stream, frame);
            }
        }
    }
}
