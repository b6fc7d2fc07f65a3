package io.lockstep.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.lockstep.api.election.ElectionGrpc;
import io.lockstep.api.election.LeaderRequest;
import io.lockstep.api.election.LeaderResponse;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Observes an election over one stream after the other. What was told already is not told again. Locked between the event
 * loop and whoever closes it.
 */
public final class Observer implements AutoCloseable {
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final Channels channels;
    private final LeaderRequest request;
    private final Consumer<LeaderResponse> listener;
    private @Nullable ClientCall<LeaderRequest, LeaderResponse> call;
    private long toldRevision;
    private boolean closed;

    Observer(Channels channels, LeaderRequest request, Consumer<LeaderResponse> listener) {
        this.channels = channels;
        this.request = request;
        this.listener = listener;
    }

    void begin() {
        Slot slot = channels.current();
        // One that is not logged in is refused, and asks again.
        channels.whenLoggedIn(slot, status -> open(slot));
    }

    private void open(Slot slot) {
        ClientCall<LeaderRequest, LeaderResponse> next;
        synchronized (this) {
            if (closed) {
                return;
            }
            next = slot.channel().newCall(ElectionGrpc.getObserveMethod(), CallOptions.DEFAULT);
            call = next;
        }
        next.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onMessage(LeaderResponse answer) {
                        tell(answer);
                        next.request(1);
                    }

                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        if (!channels.dropsToken(status.getDescription())) {
                            channels.moveOn(slot);
                        }
                        var unused = channels.later(RETRY_NANOS, Observer.this::begin);
                    }
                },
                new Metadata());
        next.request(1);
        next.sendMessage(request);
        next.halfClose();
    }

    private void tell(LeaderResponse answer) {
        synchronized (this) {
            if (closed || answer.getKv().getModRevision() <= toldRevision) {
                return;
            }
            toldRevision = answer.getKv().getModRevision();
        }
        listener.accept(answer);
    }

    /** Nothing is told any more, but for what is being told now. */
    @Override
    public void close() {
        ClientCall<LeaderRequest, LeaderResponse> last;
        synchronized (this) {
            closed = true;
            last = call;
        }
        if (last != null) {
            last.cancel("no longer observed", null);
        }
    }
}
