package io.lockstep.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.lockstep.api.WatchCreateRequest;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.WatchRequest;
import io.lockstep.api.WatchResponse;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One watch, over one stream after the other. When a stream ends, or its member loses its leader, the watch goes on at the
 * next endpoint from the revision behind the last that was told: nothing is missed and nothing told twice. Only a compaction
 * or a refusal ends it, and {@link #close}.
 *
 * <p>One answer is in hand at a time. Locked between the event loop, the thread that runs the listener, and whoever closes.
 */
public final class Watch implements AutoCloseable {
    private static final int MAX_REFUSED_TOKENS = 3;
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final Metadata.Key<String> HAS_LEADER =
            Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    /** Another endpoint would say the same. */
    private static final Set<Status.Code> REFUSALS = Set.of(
            Status.Code.INVALID_ARGUMENT,
            Status.Code.UNIMPLEMENTED,
            Status.Code.PERMISSION_DENIED,
            Status.Code.UNAUTHENTICATED);

    private final Channels channels;
    private final Executor listening;
    private final WatchCreateRequest request;
    private final WatchListener listener;
    /** The first revision that was not told yet; 0: not known before the first answer. */
    private long next;

    private @Nullable ClientCall<WatchRequest, WatchResponse> call;
    /** The listener runs, or is about to. */
    private boolean busy;
    /** What is done once the listener returns. */
    private @Nullable Runnable afterwards;

    private boolean over;
    /** In a row. */
    private int refusedTokens;

    Watch(Channels channels, Executor listening, WatchCreateRequest request, WatchListener listener) {
        this.channels = channels;
        this.listening = listening;
        this.request = request.toBuilder().clearWatchId().clearFragment().build();
        this.listener = listener;
        this.next = request.getStartRevision();
    }

    void begin() {
        Slot slot = channels.current();
        channels.whenLoggedIn(slot, status -> {
            if (status.isOk()) {
                open(slot);
            } else {
                listening.execute(() -> goOn(slot, status));
            }
        });
    }

    private void open(Slot slot) {
        ClientCall<WatchRequest, WatchResponse> opened;
        WatchCreateRequest create;
        synchronized (this) {
            if (over) {
                return;
            }
            opened = slot.channel().newCall(WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
            call = opened;
            create = request.toBuilder().setStartRevision(next).build();
        }
        Metadata metadata = new Metadata();
        metadata.put(HAS_LEADER, "true");
        opened.start(new Stream(slot, opened), metadata);
        opened.request(1);
        opened.sendMessage(WatchRequest.newBuilder().setCreateRequest(create).build());
    }

    /** Nothing is told any more, but for what is being told now. */
    @Override
    public void close() {
        ClientCall<WatchRequest, WatchResponse> last;
        synchronized (this) {
            over = true;
            last = call;
        }
        if (last != null) {
            last.cancel("no longer watched", null);
        }
    }

    private final class Stream extends ClientCall.Listener<WatchResponse> {
        private final Slot slot;
        private final ClientCall<WatchRequest, WatchResponse> own;

        Stream(Slot slot, ClientCall<WatchRequest, WatchResponse> own) {
            this.slot = slot;
            this.own = own;
        }

        @Override
        public void onMessage(WatchResponse answer) {
            synchronized (Watch.this) {
                if (over) {
                    return;
                }
                busy = true;
            }
            listening.execute(() -> take(answer));
        }

        private void take(WatchResponse answer) {
            try {
                tell(own, answer);
            } finally {
                Runnable then;
                synchronized (Watch.this) {
                    busy = false;
                    then = afterwards;
                    afterwards = null;
                }
                own.request(1);
                if (then != null) {
                    then.run();
                }
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            Runnable then = () -> goOn(slot, status);
            synchronized (Watch.this) {
                if (busy) {
                    afterwards = then;
                    return;
                }
            }
            listening.execute(then);
        }
    }

    private void goOn(Slot slot, Status status) {
        if (mayLogInAgain(status.getDescription())) {
            var unused = channels.later(RETRY_NANOS, this::begin);
            return;
        }
        if (REFUSALS.contains(status.getCode())) {
            refused(status.getDescription() == null ? status.getCode().name() : status.getDescription());
            return;
        }
        channels.moveOn(slot);
        var unused = channels.later(RETRY_NANOS, this::begin);
    }

    /** A token that is refused again and again is not the reason. */
    private synchronized boolean mayLogInAgain(@Nullable String reason) {
        return !over && channels.dropsToken(reason) && ++refusedTokens <= MAX_REFUSED_TOKENS;
    }

    private void tell(ClientCall<WatchRequest, WatchResponse> by, WatchResponse answer) {
        if (answer.getCanceled()) {
            if (answer.getCompactRevision() > 0) {
                if (end()) {
                    listener.onCompacted(answer);
                }
            } else if (mayLogInAgain(answer.getCancelReason())) {
                by.cancel("its token is not good any more", null);
            } else {
                refused(answer.getCancelReason());
            }
            return;
        }
        long header = answer.getHeader().getRevision();
        int events = answer.getEventsCount();
        synchronized (this) {
            if (over) {
                return;
            }
            refusedTokens = 0;
            if (events > 0) {
                next = answer.getEvents(events - 1).getKv().getModRevision() + 1;
            } else if (next <= header) {
                // Created, from then on; or told that nothing is missing up to there.
                next = answer.getCreated() && next > 0 ? next : header + 1;
            }
        }
        if (!answer.getCreated()) {
            listener.onAnswer(answer);
        }
    }

    private void refused(String reason) {
        if (end()) {
            listener.onRefused(reason);
        }
    }

    private boolean end() {
        synchronized (this) {
            if (over) {
                return false;
            }
        }
        close();
        return true;
    }
}
