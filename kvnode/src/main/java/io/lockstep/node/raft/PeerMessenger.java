package io.lockstep.node.raft;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Calls between the applications of two members, on the peer transport's own lane. Any thread; never blocks. */
public interface PeerMessenger {
    /**
     * Asks a member. Completes exceptionally with a {@link io.lockstep.node.error.KvException}: Failed when it was not
     * connected (nothing was sent) or the other side says so, Unknown when the connection or the time ran out after
     * sending. Futures complete on a thread of the transport: hand off anything that takes time.
     */
    CompletableFuture<ByteString> call(long memberId, String kind, ByteString payload, Duration timeout);

    /** Who answers calls of this kind. Registered once, before peers call. */
    void handle(String kind, Handler handler);

    /** Answers calls. */
    @FunctionalInterface
    interface Handler {
        /** Runs on a thread of the transport: must not block. A KvException travels back as what it is. */
        CompletableFuture<ByteString> handle(long fromMemberId, ByteString payload);
    }
}
