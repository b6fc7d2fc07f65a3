package io.lockstep.node;

import io.lockstep.node.watch.WatchHub;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** What the watch thread does, in numbers. */
final class WatchMetrics {
    private WatchMetrics() {}

    static void register(PrometheusRegistry metrics, WatchHub hub) {
        GaugeWithCallback.builder()
                .name("lockstep_watch_streams")
                .help("Streams of watches that are open.")
                .callback(to -> to.call(hub.stats().streams()))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("lockstep_watchers")
                .help("Watchers.")
                .callback(to -> to.call(hub.stats().watchers()))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("lockstep_watchers_behind")
                .help("Watchers that are behind and read history, or wait for their client to take what it was sent.")
                .callback(to -> to.call(hub.stats().unsynced()))
                .register(metrics);
        CounterWithCallback.builder()
                .name("lockstep_watch_events_total")
                .help("Events sent, each once for each watcher.")
                .callback(to -> to.call(hub.stats().eventCount()))
                .register(metrics);
        CounterWithCallback.builder()
                .name("lockstep_watch_fell_behind_total")
                .help("How often a watcher fell behind because its client took nothing.")
                .callback(to -> to.call(hub.stats().slowCount()))
                .register(metrics);
    }
}
