package io.lockstep.node.compat;

import com.google.protobuf.TextFormat;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchProgressRequest;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import io.lockstep.api.mvcc.Event;
import io.lockstep.api.mvcc.KeyValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One stream of watches on one server, and what it said, with revisions counted from a base. */
final class WatchRecorder implements AutoCloseable {
    /** etcd leaves a question about progress unanswered while one watch of the stream is behind: then it is asked again. */
    private static final Duration PATIENCE = Duration.ofMillis(60);

    private static final Duration AT_MOST = Duration.ofSeconds(20);

    private final long base;
    private final ManagedChannel channel;
    private final ClientCall<WatchRequest, WatchResponse> call;
    /** Filled by the connection's thread, hence the lock on itself, which the rest here needs too. */
    private final List<WatchResponse> answers = new ArrayList<>();

    private final Set<Long> open = new HashSet<>();
    private int created;
    private int canceled;
    private int told;
    private long toldUpTo;
    private @Nullable Status closed;

    WatchRecorder(String host, int port, long base) {
        this.base = base;
        channel = NettyChannelBuilder.forAddress(host, port)
                .usePlaintext()
                .directExecutor()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        call = channel.newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(WatchResponse answer) {
                        heard(answer);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        synchronized (answers) {
                            closed = status;
                            answers.notifyAll();
                        }
                    }
                },
                new Metadata());
        call.request(Integer.MAX_VALUE);
    }

    private void heard(WatchResponse answer) {
        synchronized (answers) {
            answers.add(answer);
            if (answer.getCreated()) {
                created++;
                if (!answer.getCanceled()) {
                    open.add(answer.getWatchId());
                }
            } else if (answer.getWatchId() == -1) {
                told++;
                toldUpTo = answer.getHeader().getRevision();
            }
            if (answer.getCanceled()) {
                canceled++;
                open.remove(answer.getWatchId());
            }
            answers.notifyAll();
        }
    }

    /** @param relative with a start revision counted from the base, if it has one */
    void create(WatchCreateRequest relative) {
        WatchCreateRequest.Builder request = relative.toBuilder();
        if (relative.getStartRevision() > 0) {
            request.setStartRevision(base + relative.getStartRevision());
        }
        synchronized (answers) {
            int before = created;
            call.sendMessage(WatchRequest.newBuilder().setCreateRequest(request).build());
            await(() -> created > before);
        }
    }

    /** Until it is cancelled; of an id that no watch has the server says nothing. */
    void cancel(long id) {
        var request = WatchRequest.newBuilder();
        request.getCancelRequestBuilder().setWatchId(id);
        synchronized (answers) {
            call.sendMessage(request.build());
            await(() -> !open.contains(id));
        }
    }

    /** Until the server says that it has told all up to the revision; watches of the future make that impossible. */
    void settle(long revision) {
        long deadline = System.nanoTime() + AT_MOST.toNanos();
        synchronized (answers) {
            while (!open.isEmpty()) {
                int before = told;
                call.sendMessage(WatchRequest.newBuilder()
                        .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                        .build());
                if (awaitFor(PATIENCE, () -> told > before) && toldUpTo >= base + revision) {
                    return;
                }
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("the server never says that it has told all up to revision " + revision);
                }
            }
        }
    }

    /** Until its one watch is cancelled. */
    void awaitEnd() {
        synchronized (answers) {
            await(() -> canceled == 1);
        }
    }

    private void await(BooleanSupplier condition) {
        if (!awaitFor(AT_MOST, condition)) {
            throw new AssertionError("the server does not answer; it said so far: " + answers);
        }
    }

    /** The caller holds the lock. */
    private boolean awaitFor(Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            while (!condition.getAsBoolean()) {
                if (closed != null) {
                    throw new AssertionError("the stream ended: " + closed);
                }
                long leftMillis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (leftMillis <= 0) {
                    return false;
                }
                answers.wait(leftMillis);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** How many events were heard. */
    long events() {
        synchronized (answers) {
            return answers.stream().mapToLong(WatchResponse::getEventsCount).sum();
        }
    }

    /** What each watch heard, line by line. How events are grouped into answers is not compared; fragments are. */
    Map<Long, List<String>> heard() {
        Map<Long, List<String>> heard = new TreeMap<>();
        List<WatchResponse> all;
        synchronized (answers) {
            all = List.copyOf(answers);
        }
        for (WatchResponse answer : all) {
            List<String> lines = heard.computeIfAbsent(answer.getWatchId(), id -> new ArrayList<>());
            if (answer.getCreated() || answer.getCanceled()) {
                lines.add("created=" + answer.getCreated() + " canceled=" + answer.getCanceled() + " compact="
                        + relative(answer.getCompactRevision()) + " revision="
                        // At which moment a cancel comes among writes is chance.
                        + (answer.getCreated() ? relative(answer.getHeader().getRevision()) : "")
                        + " reason=" + answer.getCancelReason());
            }
            answer.getEventsList().forEach(event -> lines.add(line(event)));
            if (answer.getFragment()) {
                lines.add("fragment");
            }
        }
        return heard;
    }

    private String line(Event event) {
        return event.getType() + " " + line(event.getKv())
                + (event.hasPrevKv() ? " was " + line(event.getPrevKv()) : "");
    }

    private String line(KeyValue kv) {
        return TextFormat.escapeBytes(kv.getKey()) + "="
                + (kv.getValue().size() > 100
                        ? kv.getValue().size() + " bytes"
                        : kv.getValue().toStringUtf8())
                + " c" + relative(kv.getCreateRevision()) + " m" + relative(kv.getModRevision()) + " v"
                + kv.getVersion() + " l" + kv.getLease();
    }

    private long relative(long revision) {
        return revision <= 0 ? revision : revision - base;
    }

    @Override
    public void close() {
        call.cancel("done", null);
        channel.shutdownNow();
    }
}
