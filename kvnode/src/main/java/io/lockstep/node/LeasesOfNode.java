package io.lockstep.node;

import io.lockstep.node.expiry.Expiry;
import io.lockstep.node.expiry.LeaseClock;
import io.lockstep.node.expiry.Renewals;
import io.lockstep.node.rpc.Leases;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** The time of leases, as the client port sees it. */
record LeasesOfNode(LeaseClock clock, Renewals renewals, long minTtlSeconds) implements Leases {
    /** etcd's rule: one and a half election timeouts, in whole seconds. */
    static long minTtlSeconds(Duration electionTimeout) {
        return (electionTimeout.multipliedBy(3).dividedBy(2).toMillis() + 999) / 1000;
    }

    @Override
    public CompletableFuture<Long> renew(long lease) {
        return renewals.renew(lease);
    }

    @Override
    public OptionalLong remainingNanos(long lease) {
        return clock.remainingNanos(lease);
    }

    static void register(PrometheusRegistry registry, LeaseClock clock, Expiry expiry) {
        GaugeWithCallback.builder()
                .name("lockstep_leases")
                .help("Leases that are granted.")
                .callback(point -> point.call(clock.leases()))
                .register(registry);
        CounterWithCallback.builder()
                .name("etcd_server_lease_expired_total")
                .help("Leases that this member has ended as the leader.")
                .callback(point -> point.call(expiry.expiredTotal()))
                .register(registry);
    }
}
