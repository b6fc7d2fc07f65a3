package io.lockstep.client;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call of the user, which may take several attempts, one after the other. Attempts end on the event loop (or in the
 * caller's thread when a channel is closed already); only one is ever under way, so the fields need no lock but {@code
 * current}, which a cancelling thread reads.
 */
final class Call<Q, A> {
    /** A write is not tried again in the last quarter of its time: a clear "no leader" must not become an unknown outcome. */
    private static final int WRITE_RESERVE_DIVISOR = 4;

    /** Which call this is, and by when it must end. */
    record Order<Q, A>(MethodDescriptor<Q, A> method, Q request, boolean write, long timeoutNanos) {}

    private final Channels channels;
    private final Channels.@Nullable Slot only;
    private final Order<Q, A> order;
    private final RetryPolicy policy;
    private final long deadlineNanos;
    private final CompletableFuture<A> result = new CompletableFuture<>();

    private int attempts;
    private int waits;
    private int unreached;
    private @Nullable Told told;
    /** Endpoints whose last attempt in this call reached nobody. */
    private final Set<Endpoint> unreachable = new LinkedHashSet<>();

    private volatile @Nullable ClientCall<Q, A> current;

    /** A definite failure and who told it. */
    private record Told(Failure failure, Endpoint by) {}

    /** A call that any endpoint may answer. */
    Call(Channels channels, Order<Q, A> order, RetryPolicy policy) {
        this(channels, null, order, policy);
    }

    /** @param only whom to ask, if it is this member's own answer that is wanted: tried once */
    Call(Channels channels, Channels.@Nullable Slot only, Order<Q, A> order, RetryPolicy policy) {
        this.channels = channels;
        this.only = only;
        this.order = order;
        this.policy = policy;
        this.deadlineNanos = System.nanoTime() + order.timeoutNanos();
    }

    /** Completed on the event loop: dependents must not block. Cancelling it cancels the attempt. */
    CompletableFuture<A> start() {
        result.whenComplete((answer, error) -> {
            ClientCall<Q, A> call = current;
            if (result.isCancelled() && call != null) {
                call.cancel("cancelled by the caller", null);
            }
        });
        attempt();
        return result;
    }

    void attempt() {
        if (result.isDone()) {
            return;
        }
        attempts++;
        Channels.Slot slot = only == null ? channels.current() : only;
        HandOverMark mark = new HandOverMark();
        CallOptions options = CallOptions.DEFAULT
                .withDeadlineAfter(attemptNanos(), TimeUnit.NANOSECONDS)
                .withStreamTracerFactory(mark);
        ClientCall<Q, A> call = slot.channel().newCall(order.method(), options);
        current = call;
        call.start(new AttemptListener(slot, mark), new Metadata());
        call.request(2);
        call.sendMessage(order.request());
        call.halfClose();
        if (result.isCancelled()) {
            call.cancel("cancelled by the caller", null);
        }
    }

    /** A read gives one endpoint half of what is left while there are others: a paused node must not eat the deadline. */
    private long attemptNanos() {
        long left = Math.max(1, deadlineNanos - System.nanoTime());
        boolean mayTurnElsewhere = !order.write() && only == null && channels.size() > 1;
        return mayTurnElsewhere ? Math.max(left / 2, Math.min(left, TimeUnit.MILLISECONDS.toNanos(100))) : left;
    }

    private void failed(Channels.Slot slot, boolean handedOver, Failure failure) {
        unreached = handedOver ? 0 : unreached + 1;
        note(slot.endpoint(), handedOver, failure);
        if (failure.retry() != Failure.Retry.NEVER) {
            channels.moveOn(slot);
        }
        long wait = waitNanos(failure);
        long left = deadlineNanos - System.nanoTime() - wait;
        long reserve = order.write() ? order.timeoutNanos() / WRITE_RESERVE_DIVISOR : 0;
        boolean again = only == null
                && !channels.isClosed()
                && failure.retry() != Failure.Retry.NEVER
                && attempts < policy.maxAttempts()
                && unreached < policy.maxUnreached()
                && left > reserve;
        if (!again) {
            giveUp(slot.endpoint(), failure);
        } else {
            // Also without a wait: another turn of the event loop keeps the stack flat.
            channels.goOnAfter(wait, this);
        }
    }

    private void note(Endpoint endpoint, boolean handedOver, Failure failure) {
        if (handedOver) {
            unreachable.remove(endpoint);
        } else {
            unreachable.add(endpoint);
        }
        Told before = told;
        if (before == null || failure.evidence().compareTo(before.failure().evidence()) >= 0) {
            told = new Told(failure, endpoint);
        }
    }

    /**
     * All attempts before were definite, or this one would not have been made; so if this one is too, nothing has happened
     * and the most telling of them is the call's: "no leader" of the member that is left, and not "connection refused" of
     * one that is gone.
     */
    private void giveUp(Endpoint endpoint, Failure failure) {
        Told best = told;
        boolean unknown = failure.effect() == Failure.Effect.UNKNOWN;
        Told shown = unknown || best == null ? new Told(failure, endpoint) : best;
        fail(shown.failure(), shown.by());
    }

    private void fail(Failure failure, Endpoint by) {
        List<String> away = unreachable.stream().map(Endpoint::toString).toList();
        result.completeExceptionally(
                failure.toException(new ClientException.Attempts(attempts, by.toString(), channels.size(), away)));
    }

    /** The client was closed between two attempts; those before were definite, or there would be no next. */
    void clientClosed() {
        Told before = told;
        String why = before == null ? "" : " (before that: " + before.failure().text() + ")";
        Failure closed = new Failure(
                Status.Code.CANCELLED,
                "the client was closed" + why,
                Failure.Effect.DEFINITE,
                Failure.Retry.NEVER,
                Failure.Evidence.SERVER,
                null);
        fail(closed, channels.current().endpoint());
    }

    /** Endpoints that were not asked yet are asked at once; after a full round each further attempt waits. */
    private long waitNanos(Failure failure) {
        if (failure.retry() == Failure.Retry.NEXT_ENDPOINT && attempts < channels.size()) {
            return 0;
        }
        return policy.backoffNanos(waits++);
    }

    private final class AttemptListener extends ClientCall.Listener<A> {
        private final Channels.Slot slot;
        private final HandOverMark mark;
        private @Nullable A answer;

        AttemptListener(Channels.Slot slot, HandOverMark mark) {
            this.slot = slot;
            this.mark = mark;
        }

        @Override
        public void onMessage(A message) {
            answer = message;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            A message = answer;
            if (!status.isOk()) {
                boolean handedOver = mark.isSet();
                failed(slot, handedOver, Failure.of(status, order.write(), handedOver));
            } else if (message == null) {
                Status empty = Status.INTERNAL.withDescription("the server answered without a message");
                failed(slot, true, Failure.of(empty, order.write(), true));
            } else {
                result.complete(message);
            }
        }
    }
}
