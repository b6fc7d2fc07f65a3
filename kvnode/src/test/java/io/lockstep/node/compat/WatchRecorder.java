package io.lockstep.node.compat;

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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** One stream of watches on one server, and what it said, with revisions counted from a base. */
final class WatchRecorder implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMillis(300);
    private static final int MAX_ATTEMPTS = 60;

    private final long base;
    private final ManagedChannel channel;
    private final ClientCall<WatchRequest, WatchResponse> call;
    /** Filled by the connection's thread, hence the lock on itself. */
    private final List<WatchResponse> answers = new ArrayList<>();

    private volatile Status closed;
    private int attempts;

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
                        synchronized (answers) {
                            answers.add(answer);
                        }
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        closed = status;
                    }
                },
                new Metadata());
        call.request(Integer.MAX_VALUE);
    }

    /** @param relative with a start revision counted from the base, if it has one */
    void create(WatchCreateRequest relative) {
        int created = count(WatchResponse::getCreated);
        WatchCreateRequest.Builder request = relative.toBuilder();
        if (relative.getStartRevision() > 0) {
            request.setStartRevision(base + relative.getStartRevision());
        }
        call.sendMessage(WatchRequest.newBuilder().setCreateRequest(request).build());
        await(() -> count(WatchResponse::getCreated) > created);
    }

    void cancel(long id) {
        var request = WatchRequest.newBuilder();
        request.getCancelRequestBuilder().setWatchId(id);
        call.sendMessage(request.build());
    }

    /** Until the server says that it has told all up to the revision; watches of the future make that impossible. */
    void settle(long revision) {
        int before = progressAnswers(revision);
        while (openWatches() > 0 && progressAnswers(revision) == before) {
            // One request at a time, so that no answer to it is taken for one to a later request.
            call.sendMessage(WatchRequest.newBuilder()
                    .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                    .build());
            long askedNanos = System.nanoTime();
            await(() -> openWatches() == 0
                    || progressAnswers(revision) > before
                    || System.nanoTime() - askedNanos > PATIENCE.toNanos());
            if (++attempts > MAX_ATTEMPTS) {
                throw new AssertionError("the server never says that it has told all up to revision " + revision);
            }
        }
        attempts = 0;
    }

    private int progressAnswers(long revision) {
        return count(answer -> answer.getWatchId() == -1
                && !answer.getCreated()
                && answer.getHeader().getRevision() >= base + revision);
    }

    /** Until its one watch is cancelled. */
    void awaitEnd() {
        await(() -> count(WatchResponse::getCanceled) == 1);
    }

    private int openWatches() {
        return count(WatchResponse::getCreated) - count(WatchResponse::getCanceled);
    }

    private int count(Predicate<WatchResponse> which) {
        return answers(which).size();
    }

    private List<WatchResponse> answers(Predicate<WatchResponse> which) {
        synchronized (answers) {
            return answers.stream().filter(which).toList();
        }
    }

    private void await(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    if (closed != null) {
                        throw new AssertionError("the stream ended: " + closed);
                    }
                    return condition.call();
                });
    }

    /** What each watch heard, line by line. How events are grouped into answers is not compared; fragments are. */
    Map<Long, List<String>> heard() {
        Map<Long, List<String>> heard = new TreeMap<>();
        for (WatchResponse answer : answers(any -> true)) {
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
        return kv.getKey().toStringUtf8() + "="
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
