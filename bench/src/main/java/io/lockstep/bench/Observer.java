package io.lockstep.bench;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.MaintenanceGrpc;
import io.lockstep.api.StatusRequest;
import io.lockstep.api.StatusResponse;
import io.lockstep.bench.compare.LocalCluster;
import io.lockstep.bench.compare.ProcessUsage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Looks at a cluster each second while it is under load: who leads, in which term, how much memory each member has. */
final class Observer implements AutoCloseable {
    private static final long STATUS_DEADLINE_SECONDS = 5;

    private final LocalCluster cluster;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "bench-observer");
        thread.setDaemon(true);
        return thread;
    });

    /** Guarded by this: written by the clock's thread, read by the caller. */
    private final Set<Long> terms = new TreeSet<>();

    private long maxResidentMiB;
    private int asked;
    private int answered;

    Observer(LocalCluster cluster) {
        this.cluster = cluster;
        for (String endpoint : cluster.endpoints()) {
            channels.add(NettyChannelBuilder.forTarget("dns:///" + endpoint)
                    .usePlaintext()
                    .build());
        }
        var unused = clock.scheduleWithFixedDelay(this::look, 0, 1, TimeUnit.SECONDS);
    }

    private void look() {
        for (int i = 0; i < channels.size(); i++) {
            look(channels.get(i), cluster.processes().get(i));
        }
    }

    private void look(ManagedChannel channel, ProcessHandle process) {
        StatusResponse status = null;
        try {
            status = MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(STATUS_DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance());
        } catch (StatusRuntimeException unanswered) {
            // Counted below.
        }
        long residentMiB = 0;
        try {
            residentMiB = ProcessUsage.of(process.pid()).residentMiB();
        } catch (IOException gone) {
            // The process is checked at the end.
        }
        synchronized (this) {
            asked++;
            maxResidentMiB = Math.max(maxResidentMiB, residentMiB);
            if (status != null) {
                answered++;
                terms.add(status.getRaftTerm());
            }
        }
    }

    /** Terms that were seen, less the first: each is a change of the leader. */
    synchronized int leaderChanges() {
        return Math.max(0, terms.size() - 1);
    }

    /** Of the member that had most, at any time. */
    synchronized long maxResidentMiB() {
        return maxResidentMiB;
    }

    /** How many of the questions after a member's state were answered, as a text. */
    synchronized String answered() {
        return answered + " of " + asked;
    }

    boolean allAlive() {
        return cluster.processes().stream().allMatch(ProcessHandle::isAlive);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        channels.forEach(ManagedChannel::shutdownNow);
    }
}
