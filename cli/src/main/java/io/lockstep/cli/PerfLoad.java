package io.lockstep.cli;

import com.google.protobuf.ByteString;
import io.lockstep.api.PutResponse;
import io.lockstep.client.ClientException;
import io.lockstep.client.KvClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Writes at a steady rate, of which only so many are under way; those behind wait, and the rate falls. */
final class PerfLoad {
    private static final int KEY_BYTES = 256;
    private static final int VALUE_BYTES = 1_024;
    private static final double NANOS_PER_SECOND = 1e9;

    private final KvClient client;
    private final ByteString prefix;
    private final Size size;
    private final Semaphore free;
    private final ByteString value = ByteString.copyFrom(new byte[VALUE_BYTES]);

    /** Guarded by this: answers come on the client's threads. */
    private final Map<String, Long> errors = new TreeMap<>();

    private long answers;
    private double sumSeconds;
    private double sumSquares;
    private double slowestSeconds;

    /** @param atATime writes under way at most */
    record Size(int writesPerSecond, int atATime) {}

    /** @param errors how often each came, by its text; times are of writes that were answered well */
    record Outcome(double perSecond, double slowestSeconds, double deviationSeconds, Map<String, Long> errors) {}

    PerfLoad(KvClient client, ByteString prefix, Size size) {
        this.client = client;
        this.prefix = prefix;
        this.size = size;
        this.free = new Semaphore(size.atATime());
    }

    /** @param progress told each second which one it is */
    Outcome run(Duration duration, LongConsumer progress) {
        long begin = System.nanoTime();
        double interval = NANOS_PER_SECOND / size.writesPerSecond();
        long told = 0;
        try {
            for (long write = 0; ; write++) {
                long due = begin + (long) (write * interval);
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                free.acquire();
                long second = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
                if (second > told) {
                    told = second;
                    progress.accept(second);
                }
                if (System.nanoTime() - begin >= duration.toNanos()) {
                    free.release();
                    break;
                }
                put();
            }
            free.acquire(size.atATime());
        } catch (InterruptedException ended) {
            throw Waiting.interrupted();
        }
        return outcome((System.nanoTime() - begin) / NANOS_PER_SECOND);
    }

    private void put() {
        byte[] random = new byte[KEY_BYTES];
        byte[] number = Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), Character.MAX_RADIX)
                .getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(number, 0, random, 0, number.length);
        long begin = System.nanoTime();
        var unused = client.put(prefix.concat(ByteString.copyFrom(random)), value)
                .whenComplete((answer, failure) -> ended(System.nanoTime() - begin, answer, failure));
    }

    private void ended(long nanos, @Nullable PutResponse answer, @Nullable Throwable failure) {
        synchronized (this) {
            if (failure != null) {
                errors.merge(text(failure), 1L, Long::sum);
            } else {
                double seconds = nanos / NANOS_PER_SECOND;
                answers++;
                sumSeconds += seconds;
                sumSquares += seconds * seconds;
                slowestSeconds = Math.max(slowestSeconds, seconds);
            }
        }
        free.release();
    }

    private static String text(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ClientException known ? Explain.failure(known) : String.valueOf(cause);
    }

    private synchronized Outcome outcome(double seconds) {
        double mean = answers == 0 ? 0 : sumSeconds / answers;
        double variance = answers == 0 ? 0 : Math.max(0, sumSquares / answers - mean * mean);
        return new Outcome(answers / seconds, slowestSeconds, Math.sqrt(variance), Map.copyOf(errors));
    }
}
