package io.lockstep.bench.load;

import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a load measured. Latencies are of successful calls; in an open loop from the intended begin. CPU is that of this process, in seconds of
 * one core, during the measured time.
 */
public record LoadResult(
        String mix,
        int clients,
        int ratePerSecond,
        int connections,
        double seconds,
        long operations,
        double perSecond,
        Latency latencyMicros,
        Map<String, Long> errors,
        double clientCpuSeconds) {

    /** Percentiles, in microseconds. */
    public record Latency(double mean, double p50, double p95, double p99, double p999, double max) {
        static Latency of(Histogram nanos) {
            return new Latency(
                    micros(nanos.getTotalCount() == 0 ? 0 : nanos.getMean()),
                    micros(nanos.getValueAtPercentile(50)),
                    micros(nanos.getValueAtPercentile(95)),
                    micros(nanos.getValueAtPercentile(99)),
                    micros(nanos.getValueAtPercentile(99.9)),
                    micros(nanos.getMaxValue()));
        }

        private static double micros(double nanos) {
            return Math.round(nanos / 100) / 10.0;
        }
    }

    /** How many calls failed, for whatever reason. */
    public long failed() {
        return errors.values().stream().mapToLong(Long::longValue).sum();
    }
}
