package io.lockstep.node.raft.transport;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.lockstep.node.raft.PeerLinkGate;
import io.lockstep.node.raft.PeerMember;
import io.lockstep.node.raft.transport.FrameCodec.Inbound;
import io.lockstep.node.tls.PortTls;
import io.lockstep.proto.peer.Hello;
import io.lockstep.proto.peer.PeerGrpc;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening side: greets each stream, and passes on what comes after an accepted greeting. */
final class PeerServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerServer.class);
    private static final long GREETING_SECONDS = 5;
    private static final int MAX_REMEMBERED_REFUSALS = 1_000;

    /** Where requests go. Called on an event loop: must not block and must not throw. */
    interface Requests {
        void request(InboundStream stream, Inbound frame);
    }

    private final Greeting greeting;
    private final Roster roster;
    private final Set<InboundStream> greeted = ConcurrentHashMap.newKeySet();
    private final JoinDesk joins;
    private final Requests requests;
    private final ScheduledExecutorService timer;
    private final Server server;
    private final PeerLinkGate gate;
    // One line per refusal, not one per attempt.
    private final Set<String> loggedRefusals = ConcurrentHashMap.newKeySet();

    PeerServer(
            TransportConfig config,
            Greeting greeting,
            Roster roster,
            JoinDesk joins,
            @Nullable PortTls tls,
            EventLoops loops,
            ScheduledExecutorService timer,
            Requests requests)
            throws IOException {
        this.greeting = greeting;
        this.roster = roster;
        this.joins = joins;
        this.requests = requests;
        this.timer = timer;
        this.gate = config.gate();
        NettyServerBuilder builder = NettyServerBuilder.forAddress(config.listenAddress());
        if (tls != null) {
            builder.sslContext(tls.server());
        }
        loops.configure(builder);
        this.server = builder.addService(ServerServiceDefinition.builder(PeerGrpc.SERVICE_NAME)
                        .addMethod(FrameCodec.SERVE, this::open)
                        .addMethod(PeerGrpc.getJoinMethod(), ServerCalls.asyncUnaryCall(this.joins::answer))
                        .build())
                .directExecutor()
                .maxInboundMessageSize(config.maxFrameBytes())
                .flowControlWindow(PeerTransport.WINDOW_BYTES)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .build()
                .start();
    }

    private ServerCall.Listener<Inbound> open(ServerCall<Inbound, byte[]> call, Metadata headers) {
        call.sendHeaders(new Metadata());
        call.request(1);
        return new StreamListener(call);
    }

    /** Ends the streams of those who do not belong to the cluster any more. */
    void dropStrangers() {
        greeted.forEach(this::dropStranger);
    }

    private void dropStranger(InboundStream stream) {
        if (!roster.find(stream.from().memberId()).equals(Optional.of(stream.from()))) {
            greeted.remove(stream);
            stream.close(Status.FAILED_PRECONDITION.withDescription("not a member any more"));
        }
    }

    private void logRefusal(String line) {
        if (loggedRefusals.size() < MAX_REMEMBERED_REFUSALS && loggedRefusals.add(line)) {
            LOG.error("{}", line);
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(3, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class StreamListener extends ServerCall.Listener<Inbound> {
        private final ServerCall<Inbound, byte[]> call;
        // Only the stream's event loop and, for the check of the deadline, the timer.
        private volatile @Nullable InboundStream stream;
        private boolean over;

        StreamListener(ServerCall<Inbound, byte[]> call) {
            this.call = call;
            timer.schedule(this::endSilentStream, GREETING_SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void onMessage(Inbound frame) {
            InboundStream open = stream;
            if (open != null) {
                if (!open.isCut()) {
                    requests.request(open, frame);
                }
            } else if (!over) {
                greet(frame);
            }
            if (!over) {
                call.request(1);
            }
        }

        private void greet(Inbound frame) {
            if (!(frame.message() instanceof Hello hello)) {
                over = true;
                call.close(
                        Status.FAILED_PRECONDITION.withDescription("the first frame must be a greeting"),
                        new Metadata());
                return;
            }
            if (!gate.isOpen(hello.getFromMember())) {
                return; // as if it had never come
            }
            String refusal = greeting.refusal(hello);
            if (refusal == null) {
                PeerMember from = roster.find(hello.getFromMember()).orElse(null);
                if (from == null) {
                    over = true; // removed between two looks
                    call.close(Status.FAILED_PRECONDITION.withDescription("not a member any more"), new Metadata());
                    return;
                }
                call.sendMessage(FrameCodec.encode(0, greeting.accept()));
                InboundStream accepted = new InboundStream(call, from, gate);
                stream = accepted;
                greeted.add(accepted);
                dropStranger(accepted); // who was removed since then is not seen by dropStrangers
            } else {
                over = true;
                logRefusal("refused a stream of member " + Long.toHexString(hello.getFromMember()) + ": " + refusal);
                call.sendMessage(FrameCodec.encode(0, greeting.refuse(hello, refusal)));
                call.close(Status.OK, new Metadata());
            }
        }

        private void endSilentStream() {
            if (stream == null && !call.isCancelled()) {
                try {
                    call.close(Status.DEADLINE_EXCEEDED.withDescription("no greeting"), new Metadata());
                } catch (IllegalStateException e) {
                    // It was refused and closed in the meantime.
                    LOG.debug("stream already closed", e);
                }
            }
        }

        @Override
        public void onHalfClose() {
            InboundStream open = stream;
            if (open != null) {
                open.close(Status.OK);
            }
        }

        @Override
        public void onCancel() {
            forget();
        }

        @Override
        public void onComplete() {
            forget();
        }

        private void forget() {
            InboundStream open = stream;
            if (open != null) {
                greeted.remove(open);
            }
        }
    }
}
