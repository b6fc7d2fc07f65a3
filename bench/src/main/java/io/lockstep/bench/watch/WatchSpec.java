package io.lockstep.bench.watch;

/**
 * Who watches what, and what happens meanwhile. Watchers take the keys in turn, and so do the puts.
 *
 * @param watchersPerStream of one gRPC stream, at most
 * @param warmupSeconds puts whose events are counted like all others, but not timed
 */
public record WatchSpec(
        int watchers,
        int keys,
        int watchersPerStream,
        int ratePerSecond,
        int warmupSeconds,
        int seconds,
        int valueBytes) {
    public static final int MAX_WATCHERS = 200_000;
    private static final int MAX_PUTS = 20_000_000;

    public WatchSpec {
        within("watchers", watchers, 1, MAX_WATCHERS);
        within("keys", keys, 1, 10_000_000);
        within("watchers per stream", watchersPerStream, 1, MAX_WATCHERS);
        within("rate", ratePerSecond, 1, 1_000_000);
        within("warm-up seconds", warmupSeconds, 0, 3_600);
        within("seconds", seconds, 1, 3_600);
        within("value size", valueBytes, Stamp.BYTES, 1 << 20);
        within("puts", (long) ratePerSecond * (warmupSeconds + seconds), 1, MAX_PUTS);
    }

    int puts() {
        return ratePerSecond * (warmupSeconds + seconds);
    }

    int warmupPuts() {
        return ratePerSecond * warmupSeconds;
    }

    public int streams() {
        return (watchers + watchersPerStream - 1) / watchersPerStream;
    }

    int watchersOf(int key) {
        return watchers / keys + (key < watchers % keys ? 1 : 0);
    }

    private static void within(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " is " + value + "; allowed are " + least + " to " + most);
        }
    }
}
