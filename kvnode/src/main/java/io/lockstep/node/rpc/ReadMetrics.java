package io.lockstep.node.rpc;

import io.lockstep.api.ReadPath;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Reads by where they took place, and how stale this node is. */
final class ReadMetrics {
    private static final String PREFIX = "READ_PATH_";

    private final Map<ReadPath, CounterDataPoint> served = new EnumMap<>(ReadPath.class);
    private final CounterDataPoint tooStale;

    ReadMetrics(NodeServices services) {
        Counter reads = Counter.builder()
                .name("lockstep_reads_total")
                .help("Reads answered, by how they were served.")
                .labelNames("served")
                .register(services.metrics());
        for (ReadPath path : ReadPath.values()) {
            if (path != ReadPath.READ_PATH_UNSET && path != ReadPath.UNRECOGNIZED) {
                served.put(path, reads.labelValues(name(path)));
            }
        }
        tooStale = Counter.builder()
                .name("lockstep_reads_too_stale_total")
                .help("Reads refused because the bound they asked for could not be proven.")
                .register(services.metrics());
        GaugeWithCallback.builder()
                .name("lockstep_staleness_bound_seconds")
                .help("How far this member lags at most, as far as it can prove; NaN if nothing is proven.")
                .callback(point ->
                        point.call(seconds(services.staleness().newest().ageMillis())))
                .register(services.metrics());
    }

    /** As metadata and metrics spell it: linearizable, stale, bounded, min_revision. */
    static String name(ReadPath path) {
        return path.name().substring(PREFIX.length()).toLowerCase(Locale.ROOT);
    }

    private static double seconds(long millis) {
        return millis == Staleness.UNPROVEN ? Double.NaN : millis / 1_000.0;
    }

    void served(ReadPath path) {
        CounterDataPoint counter = served.get(path);
        if (counter != null) {
            counter.inc();
        }
    }

    void tooStale() {
        tooStale.inc();
    }
}
