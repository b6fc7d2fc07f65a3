package io.lockstep.node.rpc;

import io.lockstep.api.ReadPath;
import io.lockstep.api.ResponseHeader;
import io.lockstep.node.apply.CommandResult;
import io.lockstep.node.mvcc.ReadView;
import java.util.concurrent.atomic.AtomicLong;

/** Writes the header of every answer. */
final class Headers {
    private final NodeServices services;

    /** The highest term that any thread has answered with: clients drop a member whose term goes back. */
    private final AtomicLong highestTerm = new AtomicLong();

    Headers(NodeServices services) {
        this.services = services;
    }

    /** Of a write: the revision is the write's own. */
    ResponseHeader of(CommandResult result) {
        return header(result.revision(), result.term()).build();
    }

    /**
     * Of a read: the revision is that of the state that was read.
     *
     * @param ageMillis how stale that state may be, or {@link Staleness#UNPROVEN}
     */
    ResponseHeader of(ReadView view, ReadPath path, long ageMillis) {
        ResponseHeader.Builder header = header(view.revision(), view.term()).setServed(path);
        return (ageMillis == Staleness.UNPROVEN ? header : header.setStalenessMillis(ageMillis)).build();
    }

    /** Of a write that has no revision yet: the newest one stands in. */
    ResponseHeader ofAccepted(Views views) {
        ReadView view = views.acquire();
        try {
            return header(view.revision(), view.term()).setRevisionKnown(false).build();
        } finally {
            view.release();
        }
    }

    /** Of an answer that no read and no write stands behind: the newest revision here. */
    ResponseHeader now(Views views) {
        ReadView view = views.acquire();
        try {
            return header(view.revision(), view.term()).build();
        } finally {
            view.release();
        }
    }

    /** Of an answer that is neither a read's nor a write's. */
    ResponseHeader at(long revision) {
        return header(revision, 0).build();
    }

    /** Of an answer about the cluster: etcd gives no revision there. */
    ResponseHeader withoutRevision() {
        return header(0, 0).build();
    }

    private ResponseHeader.Builder header(long revision, long term) {
        long seen = Math.max(term, services.status().term());
        return ResponseHeader.newBuilder()
                .setClusterId(services.clusterId())
                .setMemberId(services.memberId())
                .setRevision(revision)
                .setRaftTerm(highestTerm.accumulateAndGet(seen, Math::max));
    }
}
