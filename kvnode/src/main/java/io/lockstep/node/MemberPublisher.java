package io.lockstep.node;

import io.lockstep.node.config.NodeConfig;
import io.lockstep.node.propose.Proposer;
import io.lockstep.proto.log.Command;
import io.lockstep.proto.log.PublishMember;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the cluster how clients reach this member and what it can execute: tries until it is in the log. */
final class MemberPublisher implements AutoCloseable {
    /** The newest feature level that this software executes. */
    static final int FEATURE_LEVEL = 1;

    private static final Logger LOG = LoggerFactory.getLogger(MemberPublisher.class);
    private static final long TRY_SECONDS = 5;
    private static final long PAUSE_MILLIS = 500;

    private final PublishMember record;
    private final Proposer proposer;
    private final NodeClock clock;

    /** Written by close, read by the clock's thread. */
    private volatile boolean closed;

    private MemberPublisher(PublishMember record, Proposer proposer, NodeClock clock) {
        this.record = record;
        this.proposer = proposer;
        this.clock = clock;
    }

    /** @param clientUrls how clients reach this member */
    static MemberPublisher start(
            NodeConfig config, long memberId, List<String> clientUrls, Proposer proposer, NodeClock clock) {
        PublishMember.Builder record = PublishMember.newBuilder()
                .setMemberId(memberId)
                .setName(config.name())
                .setMaxFeatureLevel(FEATURE_LEVEL)
                .setProductVersion(ProductVersion.TEXT);
        MemberPublisher publisher =
                new MemberPublisher(record.addAllClientUrls(clientUrls).build(), proposer, clock);
        publisher.publish();
        return publisher;
    }

    private void publish() {
        if (closed) {
            return;
        }
        proposer.propose(
                        Command.newBuilder().setPublishMember(record),
                        System.nanoTime() + TimeUnit.SECONDS.toNanos(TRY_SECONDS))
                .whenComplete((result, failure) -> {
                    if (failure == null && result.rejection() != null) {
                        LOG.warn("the cluster does not take this member's addresses: {}", result.rejection());
                    } else if (failure != null && !closed) {
                        // Saying it twice changes nothing, so an unknown outcome is tried again too.
                        clock.thread().schedule(this::publish, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
                    }
                });
    }

    @Override
    public void close() {
        closed = true;
    }
}
