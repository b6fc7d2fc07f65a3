package io.lockstep.node;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How far the other members really lag, as the leader sees it: in log entries, and in the time since it has itself applied
 * what they lack. The leader asks each once a second; a member that does not answer lags more with every moment.
 */
final class MemberLag {
    private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Duration NO_WAIT = Duration.ofMillis(300);
    private static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    /** What lags more than these reach back lags at least so much. */
    private static final int MAX_SAMPLES = 12_000;

    private final BooleanSupplier leads;
    private final LongSupplier applied;
    private final Supplier<List<Long>> others;
    private final Question question;

    /** What the other members have last said to have applied. Written by the peers' threads. */
    private final Map<Long, Long> reported = new ConcurrentHashMap<>();

    /** Guarded by itself: what was applied here, and when it was seen to be; oldest first. */
    private final Deque<Sample> samples = new ArrayDeque<>();

    /** Clock only. */
    private long askedNanos = System.nanoTime() - ASK_NANOS;

    private record Sample(long index, long nanos) {}

    /** How another member is asked for its applied index. */
    interface Question {
        CompletableFuture<Long> ask(long memberId, long index, Duration wait);
    }

    MemberLag(BooleanSupplier leads, LongSupplier applied, Supplier<List<Long>> others, Question question) {
        this.leads = leads;
        this.applied = applied;
        this.others = others;
        this.question = question;
    }

    /** The node's clock, every few milliseconds. */
    void onTick(long nowNanos) {
        if (!leads.getAsBoolean()) {
            reported.clear();
            synchronized (samples) {
                samples.clear();
            }
            return;
        }
        sample(nowNanos);
        if (nowNanos - askedNanos >= ASK_NANOS) {
            askedNanos = nowNanos;
            List<Long> members = others.get();
            reported.keySet().retainAll(members);
            members.forEach(this::ask);
        }
    }

    private void sample(long nowNanos) {
        long index = applied.getAsLong();
        synchronized (samples) {
            Sample last = samples.peekLast();
            if (last != null && (last.index == index || nowNanos - last.nanos < SAMPLE_NANOS)) {
                return;
            }
            samples.add(new Sample(index, nowNanos));
            if (samples.size() > MAX_SAMPLES) {
                samples.remove();
            }
        }
    }

    private void ask(long member) {
        reported.putIfAbsent(member, 0L);
        var unused = question.ask(member, 0, NO_WAIT).thenAccept(index -> reported.merge(member, index, Math::max));
    }

    /** Empty unless this node leads. */
    Map<Long, Long> entries() {
        long here = applied.getAsLong();
        Map<Long, Long> lags = new ConcurrentHashMap<>();
        reported.forEach((member, index) -> lags.put(member, Math.max(0, here - index)));
        return lags;
    }

    /** Since the first entry that the member lacks was applied here; 0: it has all. */
    long nanos(long member, long nowNanos) {
        long has = reported.getOrDefault(member, 0L);
        if (has >= applied.getAsLong()) {
            return 0;
        }
        synchronized (samples) {
            for (Sample sample : samples) {
                if (sample.index > has) {
                    return Math.max(0, nowNanos - sample.nanos);
                }
            }
            return 0;
        }
    }

    void register(PrometheusRegistry registry) {
        GaugeWithCallback.builder()
                .name("lockstep_member_lag_entries")
                .help("Log entries that the leader has applied and the member has not, as last heard from it.")
                .labelNames("member_id")
                .callback(point -> entries().forEach((member, lag) -> point.call(lag, Long.toHexString(member))))
                .register(registry);
        GaugeWithCallback.builder()
                .name("lockstep_member_lag_seconds")
                .help("Time since the leader applied the first entry that the member lacks, as last heard from it.")
                .labelNames("member_id")
                .callback(point -> entries()
                        .keySet()
                        .forEach(member -> point.call(
                                nanos(member, System.nanoTime()) / (double) TimeUnit.SECONDS.toNanos(1),
                                Long.toHexString(member))))
                .register(registry);
    }
}
