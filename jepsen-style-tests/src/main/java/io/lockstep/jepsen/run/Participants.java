package io.lockstep.jepsen.run;

import io.lockstep.jepsen.check.CheckResult;
import io.lockstep.jepsen.check.EventLog;
import io.lockstep.jepsen.cluster.Cluster;
import io.lockstep.jepsen.nemesis.Nemesis;
import io.lockstep.jepsen.participant.LeaseHolders;
import io.lockstep.jepsen.participant.Participant;
import io.lockstep.jepsen.participant.Watchers;
import io.lockstep.jepsen.workload.LeaseWorkload;
import io.lockstep.jepsen.workload.WatchWorkload;
import java.util.List;
import java.util.Optional;

/** What takes part in a test beside its clients. */
record Participants(List<Participant> all) implements AutoCloseable {
    static Participants of(String workload, Cluster cluster, long seed) {
        List<String> hosts = cluster.nodes().stream().map(cluster::host).toList();
        return new Participants(
                switch (workload) {
                    case WatchWorkload.NAME ->
                        List.of(new Watchers(
                                hosts, Cluster.CLIENT_PORT, WatchWorkload.PREFIX, WatchWorkload.SOME_KEY, seed));
                    case LeaseWorkload.NAME ->
                        List.of(new LeaseHolders(hosts, Cluster.CLIENT_PORT, LeaseWorkload.LEASED_PREFIX, seed));
                    default -> List.of();
                });
    }

    /** Everything is mended: ends what they change. */
    void settle() {
        all.forEach(participant -> participant.settle(Nemesis.RECOVERY));
    }

    /** Waits until they are done, and judges them by the log; without one there is no verdict on them. */
    List<CheckResult> judge(Optional<EventLog> log) {
        return log.stream()
                .flatMap(known -> all.stream().flatMap(participant -> {
                    participant.awaitEnd(known.lastRevision(), Nemesis.RECOVERY);
                    return participant.check(known).stream();
                }))
                .toList();
    }

    @Override
    public void close() {
        all.forEach(Participant::close);
    }
}
