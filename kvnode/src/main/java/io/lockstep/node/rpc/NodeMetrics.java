package io.lockstep.node.rpc;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.DoubleSupplier;

/** What {@link NodeStatus} says, as metrics; under etcd's names where they mean the same. */
public final class NodeMetrics {
    private NodeMetrics() {}

    public static void register(NodeServices services, OpenCalls openCalls) {
        PrometheusRegistry registry = services.metrics();
        NodeStatus status = services.status();
        gauge(
                registry,
                "etcd_server_has_leader",
                "1 if this member knows of a leader.",
                () -> flag(status.leaderId() != 0));
        gauge(
                registry,
                "etcd_server_is_leader",
                "1 if this member leads.",
                () -> flag(status.leaderId() == services.memberId()));
        gauge(registry, "etcd_server_is_learner", "1 if this member has no vote.", () -> flag(status.isLearner()));
        counter(
                registry,
                "etcd_server_leader_changes_seen_total",
                "Changes of the leader that this member has seen.",
                status::leaderChanges);
        counter(
                registry,
                "etcd_server_proposals_committed_total",
                "The index of the last entry known to be committed.",
                status::committedIndex);
        counter(
                registry,
                "etcd_server_proposals_applied_total",
                "The index of the last entry applied here.",
                status::appliedIndex);
        gauge(registry, "lockstep_raft_term", "The group's term as this member knows it.", status::term);
        gauge(registry, "etcd_mvcc_db_total_size_in_bytes", "The state on disk.", status::dbSizeBytes);
        gauge(
                registry,
                "etcd_mvcc_db_total_size_in_use_in_bytes",
                "The state on disk that is live.",
                status::dbSizeInUseBytes);
        gauge(
                registry,
                "etcd_server_quota_backend_bytes",
                "What the state may take; 0: no bound.",
                () -> services.space().quotaBytes());
        gauge(registry, "lockstep_open_calls", "Calls of clients in hand.", openCalls::open);
        gauge(
                registry,
                "lockstep_held_answer_bytes",
                "Answers that wait for their clients to take them.",
                openCalls::answerBytes);
        label(registry, "etcd_server_version", "The level of the etcd API.", "server_version", ApiLevel.SERVER_VERSION);
        label(registry, "etcd_cluster_version", "The level of the etcd API.", "cluster_version", "3.5");
        label(registry, "lockstep_version", "The version of this software.", "version", services.productVersion());
        label(registry, "etcd_server_id", "Which member this is.", "server_id", Long.toHexString(services.memberId()));
    }

    private static double flag(boolean set) {
        return set ? 1 : 0;
    }

    private static void gauge(PrometheusRegistry registry, String name, String help, DoubleSupplier value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(point -> point.call(value.getAsDouble()))
                .register(registry);
    }

    private static void counter(PrometheusRegistry registry, String name, String help, DoubleSupplier value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(point -> point.call(value.getAsDouble()))
                .register(registry);
    }

    private static void label(PrometheusRegistry registry, String name, String help, String label, String value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(point -> point.call(1, value))
                .register(registry);
    }
}
