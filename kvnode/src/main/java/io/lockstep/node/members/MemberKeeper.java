package io.lockstep.node.members;

import io.lockstep.node.raft.MemberChange;
import io.lockstep.node.raft.PeerAddress;
import io.lockstep.node.raft.RaftMembers;
import io.lockstep.proto.log.AdvanceMember;
import io.lockstep.proto.log.MemberRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the steps of {@link MemberPlan}, one after the other, as long as this member leads. */
public final class MemberKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MemberKeeper.class);
    private static final long LOOK_MILLIS = 50;
    /** A step that is not answered by then is looked at anew: Raft refuses a second one while the first goes on. */
    private static final long STEP_SECONDS = 20;
    /** A member that has nothing yet is offered a snapshot again after so long. */
    private static final long OFFER_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** The group, the list and the log. Any thread; does not block. */
    public interface Cluster {
        long self();

        boolean leads();

        /** The member list as applied here. */
        List<MemberRecord> list();

        PeerAddress addressOf(MemberRecord member);

        /** Empty unless this member leads. */
        Optional<RaftMembers> configuration();

        boolean reaches(long memberId);

        /** Whether the member has all entries but the last few. */
        boolean caughtUp(long memberId);

        /** Whether the member has acknowledged nothing and is not being sent a snapshot. */
        boolean hasNothing(long memberId);

        CompletableFuture<?> offerSnapshot();

        CompletableFuture<?> change(MemberChange change, PeerAddress member);

        CompletableFuture<?> handOver(long toMemberId);

        CompletableFuture<?> report(AdvanceMember step);
    }

    private final Cluster cluster;
    private final ScheduledExecutorService thread;
    // Only that thread.
    private final Map<Long, Long> offeredNanos = new HashMap<>();
    private CompletableFuture<?> underway = CompletableFuture.completedFuture(null);

    public MemberKeeper(Cluster cluster) {
        this.cluster = cluster;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "lockstep-members");
            made.setDaemon(true);
            return made;
        });
    }

    public void start() {
        var unused = thread.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            if (!cluster.leads()) {
                offeredNanos.clear();
            } else if (underway.isDone()) {
                step();
            }
        } catch (RuntimeException e) {
            LOG.error("looking after the members failed", e);
        }
    }

    private void step() {
        List<MemberRecord> list = cluster.list();
        Optional<RaftMembers> raft = cluster.configuration();
        if (raft.isEmpty()) {
            return;
        }
        MemberPlan.Sight sight = new MemberPlan.Sight(cluster.self(), cluster::reaches, cluster::caughtUp);
        MemberStep step = MemberPlan.next(list, raft.get(), cluster::addressOf, sight);
        if (step instanceof MemberStep.Nothing) {
            offerAgain(list, raft.get());
            return;
        }
        LOG.info("members: {}", step);
        underway = make(step).orTimeout(STEP_SECONDS, TimeUnit.SECONDS).exceptionally(failure -> {
            LOG.info("members: {} is tried again: {}", step, String.valueOf(failure.getMessage()));
            return null;
        });
    }

    private CompletableFuture<?> make(MemberStep step) {
        if (step instanceof MemberStep.Report report) {
            return cluster.report(report.step());
        }
        if (step instanceof MemberStep.HandOver handOver) {
            return cluster.handOver(handOver.toMemberId());
        }
        if (step instanceof MemberStep.Promote promote) {
            return cluster.change(MemberChange.REMOVE_LEARNER, promote.address())
                    .thenCompose(done -> cluster.change(MemberChange.ADD_VOTER, promote.address()));
        }
        if (step instanceof MemberStep.Change change) {
            if (change.change() != MemberChange.ADD_LEARNER) {
                return cluster.change(change.change(), change.address());
            }
            // First: it can't begin with the first entry, and may only be sent what is there.
            offeredNanos.put(change.memberId(), System.nanoTime());
            return cluster.offerSnapshot().thenCompose(done -> cluster.change(change.change(), change.address()));
        }
        return CompletableFuture.completedFuture(null);
    }

    /** A leader of before may have been lost between its offer and the member's first entry. */
    private void offerAgain(List<MemberRecord> list, RaftMembers raft) {
        long now = System.nanoTime();
        for (MemberRecord member : list) {
            long id = member.getMemberId();
            if (member.getIncarnation() > 0
                    && raft.has(cluster.addressOf(member))
                    && cluster.reaches(id)
                    && cluster.hasNothing(id)) {
                long last = offeredNanos.computeIfAbsent(id, first -> now);
                if (now - last > OFFER_NANOS) {
                    offeredNanos.put(id, now);
                    underway = cluster.offerSnapshot().exceptionally(failure -> null);
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
