package io.lockstep.node.raft.transport;

import io.grpc.stub.StreamObserver;
import io.lockstep.proto.peer.JoinReply;
import io.lockstep.proto.peer.JoinRequest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where nodes with an empty data directory ask who they are. Whoever reaches the port may ask, so it tells nothing but to
 * a member that was added and has not come yet; what decides that is the handler. With TLS, the port has seen a
 * certificate of the cluster before.
 */
final class JoinDesk {
    private static final Logger LOG = LoggerFactory.getLogger(JoinDesk.class);
    /** Members join one after the other; more at once are somebody else. */
    private static final int MAX_OPEN = 8;

    private final AtomicInteger open = new AtomicInteger();
    // Set once the node can answer; event loops read it.
    private volatile @Nullable Function<JoinRequest, CompletableFuture<JoinReply>> handler;

    void answeredBy(Function<JoinRequest, CompletableFuture<JoinReply>> handler) {
        this.handler = handler;
    }

    /** On an event loop. */
    void answer(JoinRequest request, StreamObserver<JoinReply> answer) {
        Function<JoinRequest, CompletableFuture<JoinReply>> current = handler;
        if (current == null || open.incrementAndGet() > MAX_OPEN) {
            if (current != null) {
                open.decrementAndGet();
            }
            finish(answer, later("the member that was asked is not ready"));
            return;
        }
        CompletableFuture<JoinReply> reply;
        if (request.getProtocolVersion() == Greeting.PROTOCOL_VERSION) {
            reply = current.apply(request);
        } else {
            reply = CompletableFuture.completedFuture(JoinReply.newBuilder()
                    .setRefusal("peer protocol version " + request.getProtocolVersion() + " (product "
                            + request.getProductVersion() + ") is not " + Greeting.PROTOCOL_VERSION
                            + ": run versions that understand each other")
                    .build());
        }
        reply.whenComplete((done, failure) -> {
            open.decrementAndGet();
            finish(answer, done == null ? later(String.valueOf(failure)) : done);
        });
    }

    private static JoinReply later(String why) {
        return JoinReply.newBuilder().setRefusal(why).setTryAgain(true).build();
    }

    private static void finish(StreamObserver<JoinReply> answer, JoinReply reply) {
        try {
            answer.onNext(reply);
            answer.onCompleted();
        } catch (RuntimeException e) {
            // Who asked is gone, and asks again.
            LOG.debug("a join could not be answered", e);
        }
    }
}
