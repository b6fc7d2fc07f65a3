package io.lockstep.bench.watch;

/**
 * What became of the events.
 *
 * @param puts acknowledged
 * @param failedPuts of which nobody knows; their events are not missed
 * @param missing events of acknowledged puts that a watcher was not told of
 * @param astray events that came twice, or behind a newer one
 * @param p50Millis from the moment at which a put was to begin until a watcher is told
 */
public record WatchResult(
        int puts,
        int failedPuts,
        long arrived,
        long missing,
        long astray,
        double p50Millis,
        double p99Millis,
        double maxMillis) {}
