package io.lockstep.bench.load;

import io.grpc.Status;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** What became of the calls that began between two moments. Event loops write into it; it is read once they have stopped. */
final class Window {
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(2);
    private static final int SIGNIFICANT_DIGITS = 3;

    private final Recorder latencyNanos = new Recorder(LONGEST_NANOS, SIGNIFICANT_DIGITS);
    /** At most as many entries as there are status codes. */
    private final Map<Status.Code, LongAdder> errors = new ConcurrentHashMap<>();

    void record(long nanos, Status status) {
        if (status.isOk()) {
            latencyNanos.recordValue(Math.min(Math.max(0, nanos), LONGEST_NANOS));
        } else {
            errors.computeIfAbsent(status.getCode(), code -> new LongAdder()).increment();
        }
    }

    Histogram latencies() {
        return latencyNanos.getIntervalHistogram();
    }

    Map<String, Long> errors() {
        Map<String, Long> counts = new TreeMap<>();
        errors.forEach((code, count) -> counts.put(code.name(), count.sum()));
        return counts;
    }
}
