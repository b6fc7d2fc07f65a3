package io.lockstep.node;

import io.lockstep.node.propose.Proposer;
import io.lockstep.node.read.ReadGate;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.DoubleSupplier;

/** What the write path and the gate of reads count, under etcd's names where they mean the same. */
final class WritePathMetrics {
    private WritePathMetrics() {}

    static void register(PrometheusRegistry registry, Proposer proposer, ReadGate gate) {
        GaugeWithCallback.builder()
                .name("etcd_server_proposals_pending")
                .help("Writes that wait for their result.")
                .callback(point -> point.call(proposer.pendingCalls()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("lockstep_proposals_pending_limit")
                .help("Writes that may wait for their result: fewer while results take long.")
                .callback(point -> point.call(proposer.pendingLimit()))
                .register(registry);
        counter(
                registry,
                "etcd_server_proposals_failed_total",
                "Writes that ended without a result.",
                proposer::failedTotal);
        counter(registry, "lockstep_proposals_admitted_total", "Writes taken in.", proposer::admittedTotal);
        counter(
                registry,
                "lockstep_proposals_refused_total",
                "Writes refused as too many requests.",
                proposer::refusedTotal);
        counter(
                registry,
                "lockstep_accepted_writes_lost_total",
                "Writes acknowledged as accepted that did not happen.",
                proposer::acceptedLostTotal);
        counter(
                registry,
                "lockstep_accepted_writes_refused_total",
                "Writes acknowledged as accepted that every member refused.",
                proposer::acceptedRefusedTotal);
        counter(
                registry,
                "lockstep_accepted_writes_unknown_total",
                "Writes acknowledged as accepted of which this member never heard again.",
                proposer::acceptedUnknownTotal);
        counter(registry, "lockstep_read_index_rounds_total", "ReadIndex rounds begun.", gate::roundsTotal);
        counter(
                registry,
                "etcd_server_read_indexes_failed_total",
                "ReadIndex rounds that failed and were tried again.",
                gate::roundsFailedTotal);
    }

    private static void counter(PrometheusRegistry registry, String name, String help, DoubleSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(point -> point.call(value.getAsDouble()))
                .register(registry);
    }
}
