package io.lockstep.node.raft.transport;

import com.alipay.sofa.jraft.rpc.RpcRequests;
import com.google.protobuf.Message;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What JRaft sends to one peer, as seen from outside of it. Callers' threads and answers' threads write; one reads. */
public final class AppendProgress {
    private final AtomicInteger installing = new AtomicInteger();
    private volatile long lastSentNanos = System.nanoTime();
    private volatile long matchedIndex;

    /** Reckons from now: what is not sent since is not missed. */
    public void begin() {
        lastSentNanos = System.nanoTime();
    }

    /** Wraps the callback of a request that replicates; any other is passed through. */
    Pending.Callback observe(Message request, Pending.Callback callback) {
        if (request instanceof RpcRequests.InstallSnapshotRequest) {
            lastSentNanos = System.nanoTime();
            installing.incrementAndGet();
            return (answer, error) -> {
                lastSentNanos = System.nanoTime();
                installing.decrementAndGet();
                callback.complete(answer, error);
            };
        }
        if (request instanceof RpcRequests.AppendEntriesRequest append && !RaftRequests.isHeartbeat(append)) {
            lastSentNanos = System.nanoTime();
            long last = append.getPrevLogIndex() + append.getEntriesCount();
            return (answer, error) -> {
                note(answer, last);
                callback.complete(answer, error);
            };
        }
        return callback;
    }

    /** The request could not be handed over: its callback is never called. */
    void notSent(Message request) {
        if (request instanceof RpcRequests.InstallSnapshotRequest) {
            installing.decrementAndGet();
        }
    }

    private void note(@Nullable Message answer, long last) {
        if (answer instanceof RpcRequests.AppendEntriesResponse reply && reply.getSuccess()) {
            matchedIndex = last;
        }
    }

    /** Whether the peer is being sent a snapshot. */
    public boolean isInstalling() {
        return installing.get() > 0;
    }

    /** The last entry that the peer acknowledged to this member in answer to the latest request. */
    public long matchedIndex() {
        return matchedIndex;
    }

    /** When something was last on its way that brings the peer forward. */
    public long lastActivityNanos() {
        return installing.get() > 0 ? System.nanoTime() : lastSentNanos;
    }
}
