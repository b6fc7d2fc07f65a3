package io.lockstep.node;

import io.lockstep.node.raft.RaftMetrics;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.TimeUnit;

/** What the group measures: the log's disk and snapshots, under etcd's names where they mean the same. */
final class GroupMetrics implements RaftMetrics {
    private final Histogram logWrites;
    private final Histogram snapshotSaves;
    private final Histogram snapshotInstalls;
    private final Counter installedBytes;

    GroupMetrics(PrometheusRegistry registry) {
        logWrites = Histogram.builder()
                .name("etcd_disk_wal_fsync_duration_seconds")
                .help("Writes to the Raft log, fsync included.")
                .classicOnly()
                .classicExponentialUpperBounds(0.000_25, 2, 15)
                .register(registry);
        snapshotSaves = seconds(registry, "lockstep_snapshot_save_duration_seconds", "Snapshots saved.");
        snapshotInstalls = seconds(
                registry, "lockstep_snapshot_install_duration_seconds", "Snapshots that replaced the state here.");
        installedBytes = Counter.builder()
                .name("lockstep_snapshot_installed_bytes_total")
                .help("Bytes of the snapshots that replaced the state here.")
                .register(registry);
    }

    private static Histogram seconds(PrometheusRegistry registry, String name, String help) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .classicOnly()
                .classicExponentialUpperBounds(0.01, 2, 14)
                .register(registry);
    }

    @Override
    public void logWrite(long nanos, int entries) {
        logWrites.observe(inSeconds(nanos));
    }

    @Override
    public void snapshotSaved(long nanos, long bytes) {
        snapshotSaves.observe(inSeconds(nanos));
    }

    @Override
    public void snapshotInstalled(long nanos, long bytes) {
        snapshotInstalls.observe(inSeconds(nanos));
        installedBytes.inc(bytes);
    }

    private static double inSeconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
