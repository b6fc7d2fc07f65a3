package io.lockstep.bench;

import io.lockstep.bench.load.LoadResult;
import java.util.List;
import java.util.Locale;

/** Results of loads as an aligned table, latencies in milliseconds. */
final class LoadTable {
    private LoadTable() {}

    static String of(List<LoadResult> results) {
        Table table = new Table(
                "load", "clients", "calls/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "errors", "client CPU s");
        for (LoadResult result : results) {
            LoadResult.Latency latency = result.latencyMicros();
            table.row(
                    result.mix(),
                    result.ratePerSecond() > 0 ? "at " + result.ratePerSecond() + "/s" : "" + result.clients(),
                    String.format(Locale.ROOT, "%.0f", result.perSecond()),
                    millis(latency.p50()),
                    millis(latency.p95()),
                    millis(latency.p99()),
                    millis(latency.max()),
                    result.errors().isEmpty() ? "0" : result.errors().toString(),
                    String.format(Locale.ROOT, "%.1f", result.clientCpuSeconds()));
        }
        return table.toString();
    }

    static String millis(double micros) {
        return String.format(Locale.ROOT, "%.2f", micros / 1_000);
    }
}
