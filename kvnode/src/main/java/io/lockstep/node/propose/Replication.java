package io.lockstep.node.propose;

import com.google.protobuf.ByteString;
import io.lockstep.node.error.KvException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** What the proposer needs of the raft group. */
public interface Replication {
    /** Who leads, as this node knows it now. Cheap: read before every batch. */
    Leadership leadership();

    /**
     * Appends an entry if this node leads in exactly the expected term. Does not block; the outcome comes on a thread
     * of the log and must be handed off at once.
     */
    void propose(ByteBuffer entry, long expectedTerm, Outcome outcome);

    /**
     * Calls the {@link Proposer#onForwarded} of another member.
     *
     * @return fails with {@link KvException.Failed} if it was not sent, with {@link KvException.Unknown} if the answer
     *     got lost
     */
    CompletableFuture<ByteString> forward(long memberId, ByteString payload, Duration timeout);

    /**
     * Has this node learn soon what the leader has committed. By itself it would with the next entry or heartbeat: at low
     * load that is most of a write's time. Does not block.
     */
    void learnCommitted();

    /** Entries in this node's log that are not applied yet. Cheap: asked for every write. */
    long applyLag();

    /**
     * @param leaderId member id, 0: none is known
     * @param term the newest term this node knows
     * @param self whether this node is the leader and may propose in that term
     */
    record Leadership(long leaderId, long term, boolean self) {}

    /** How one entry ended; exactly one method is called, at most once. */
    interface Outcome {
        void committed();

        void failed(KvException failure);
    }
}
