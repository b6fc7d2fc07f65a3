package io.lockstep.client;

import com.google.protobuf.MessageLite;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.lockstep.api.RangeResponse;
import io.lockstep.api.TxnResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call of the user, which may take several attempts, one after the other. Attempts end on the event loop (or in the
 * caller's thread when a channel is closed already); only one is ever under way, so the fields need no lock but {@code
 * current}, which a cancelling thread reads.
 */
final class Call<Q, A> {
    /** A token that is refused so often in one call is not refused for its age. */
    private static final int MAX_LOG_INS = 3;

    /** A write is not tried again in the last quarter of its time: a clear "no leader" must not become an unknown outcome. */
    private static final int WRITE_RESERVE_DIVISOR = 4;

    /** Which call this is, and by when it must end. */
    record Order<Q, A>(MethodDescriptor<Q, A> method, Q request, Kind kind, long timeoutNanos) {
        boolean write() {
            return kind == Kind.WRITE;
        }

        boolean near() {
            return kind == Kind.NEAR_READ;
        }
    }

    /** What matters for where a call goes and what may be repeated. */
    enum Kind {
        WRITE,
        /** A read that needs a quorum. */
        READ,
        /** A read that a member may answer by itself: the nearest should. */
        NEAR_READ
    }

    private final Channels channels;
    private final @Nullable Slot only;
    private final Order<Q, A> order;
    private final RetryPolicy policy;
    private final @Nullable CallListener listener;
    private final @Nullable LogIn logIn;
    private final long bytes;
    private final long startNanos;
    private final long deadlineNanos;
    private final CompletableFuture<A> result = new CompletableFuture<>();

    private int attempts;
    private int logIns;
    private int waits;
    private int unreached;
    private @Nullable Told told;
    /** Endpoints whose last attempt in this call reached nobody. */
    private final Set<Endpoint> unreachable = new LinkedHashSet<>();
    /** Of the nearest ones, whom this call has asked in the present round. */
    private final Set<Slot> tried = new HashSet<>();

    /** Ends the wait for a turn at the deadline. Written before the wait ends, by whoever let the call wait. */
    private volatile @Nullable ScheduledFuture<?> turnTimer;

    /** Whom the last attempt asked, and how many there were: for the listener, on whatever thread ends the call. */
    private volatile Endpoint asked;

    private volatile int attemptsMade;

    private volatile @Nullable ClientCall<Q, A> current;

    /** A definite failure and who told it. */
    private record Told(Failure failure, Endpoint by) {}

    /** What a client's calls have in common. */
    record Setting(
            Channels channels,
            RetryPolicy policy,
            @Nullable CallListener listener,
            @Nullable LogIn logIn) {}

    /** A call that any endpoint may answer. */
    Call(Setting setting, Order<Q, A> order) {
        this(setting, null, order);
    }

    /** @param only whom to ask, if it is this member's own answer that is wanted: tried once */
    Call(Setting setting, @Nullable Slot only, Order<Q, A> order) {
        this.channels = setting.channels();
        this.only = only;
        this.order = order;
        this.policy = setting.policy();
        this.listener = setting.listener();
        this.logIn = setting.logIn();
        this.bytes = order.request() instanceof MessageLite message ? message.getSerializedSize() : 0;
        this.startNanos = System.nanoTime();
        this.deadlineNanos = startNanos + order.timeoutNanos();
        this.asked = (only == null ? channels.current() : only).endpoint();
    }

    /** Completed on the event loop: dependents must not block. Cancelling it cancels the attempt. */
    CompletableFuture<A> start() {
        result.whenComplete(this::ended);
        channels.turnstile().enter(this);
        return result;
    }

    private void ended(@Nullable A answer, @Nullable Throwable error) {
        turnHasCome();
        channels.turnstile().leave(this);
        ClientCall<Q, A> call = current;
        if (result.isCancelled() && call != null) {
            call.cancel("cancelled by the caller", null);
        }
        CallListener told = listener;
        if (told != null) {
            told.onCallEnded(report(answer, error));
        }
    }

    private CallReport report(@Nullable A answer, @Nullable Throwable error) {
        CallReport.Outcome outcome = error == null
                ? CallReport.Outcome.ANSWERED
                : error instanceof UnknownOutcome
                        ? CallReport.Outcome.UNKNOWN
                        : error instanceof DefiniteFailure ? CallReport.Outcome.FAILED : CallReport.Outcome.CANCELLED;
        Optional<Duration> staleness = answer instanceof RangeResponse range
                ? Served.of(range).staleness()
                : answer instanceof TxnResponse txn ? Served.of(txn).staleness() : Optional.empty();
        return new CallReport(
                order.method().getFullMethodName(),
                asked.toString(),
                attemptsMade,
                outcome,
                System.nanoTime() - startNanos,
                staleness);
    }

    /** Of the request: what the call weighs while it is under way. */
    long bytes() {
        return bytes;
    }

    /** Others are before this one; if it is not its turn by the deadline, it fails. */
    void waitForTurn() {
        turnTimer = channels.later(deadlineNanos - System.nanoTime(), this::turnDidNotCome);
        if (!channels.turnstile().isWaiting(this)) {
            turnHasCome();
        }
    }

    void turnHasCome() {
        ScheduledFuture<?> timer = turnTimer;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void turnDidNotCome() {
        if (channels.turnstile().isWaiting(this)) {
            failHere(Status.Code.DEADLINE_EXCEEDED, "other calls were under way until the deadline: nothing was sent");
        }
    }

    /** There is no room for this call. */
    void refuse(String why) {
        failHere(Status.Code.RESOURCE_EXHAUSTED, why);
    }

    void attempt() {
        if (result.isDone()) {
            return;
        }
        int number = nextAttempt();
        Slot slot = only == null ? choose() : only;
        asked = slot.endpoint();
        LogIn user = logIn;
        String token = user == null ? null : user.token();
        if (user != null && token == null) {
            user.obtain(slot.channel(), attemptNanos())
                    .whenComplete((status, never) -> loggedIn(user, status, slot, number));
            return;
        }
        send(slot, token, number);
    }

    /** On the event loop, or in the caller's thread. */
    private void loggedIn(LogIn user, Status status, Slot slot, int number) {
        if (result.isDone()) {
            return;
        }
        if (status.isOk()) {
            send(slot, user.token(), number);
        } else {
            failed(slot, true, Failure.of(status, false, true));
        }
    }

    private void send(Slot slot, @Nullable String token, int number) {
        HandOverMark mark = new HandOverMark();
        CallOptions options = CallOptions.DEFAULT
                .withDeadlineAfter(attemptNanos(), TimeUnit.NANOSECONDS)
                .withStreamTracerFactory(mark);
        ClientCall<Q, A> call = slot.channel().newCall(order.method(), options);
        call.start(new AttemptListener(slot, mark, token), LogIn.metadata(token));
        call.request(2);
        call.sendMessage(order.request());
        call.halfClose();
        publish(call, number);
        if (result.isCancelled()) {
            call.cancel("cancelled by the caller", null);
        } else if (channels.isClosed()) {
            cancelAsClosed();
        }
    }

    private synchronized int nextAttempt() {
        attemptsMade = ++attempts;
        return attempts;
    }

    /**
     * Whom a cancelling thread has to cancel. Only once the request is handed over: grpc throws at one that sends on a call
     * which another thread cancelled. The attempt may have failed by then, and the next be under way.
     */
    private synchronized void publish(ClientCall<Q, A> call, int number) {
        if (attempts == number) {
            current = call;
        }
    }

    private Slot choose() {
        if (!order.near()) {
            return channels.current();
        }
        if (tried.size() == channels.size()) {
            tried.clear();
        }
        Slot nearest = channels.nearest(tried);
        tried.add(nearest);
        return nearest;
    }

    /** A read gives one endpoint half of what is left while there are others: a paused node must not eat the deadline. */
    private long attemptNanos() {
        long left = Math.max(1, deadlineNanos - System.nanoTime());
        boolean mayTurnElsewhere = !order.write() && only == null && channels.size() > 1;
        return mayTurnElsewhere ? Math.max(left / 2, Math.min(left, TimeUnit.MILLISECONDS.toNanos(100))) : left;
    }

    private void failed(Slot slot, boolean handedOver, Failure failure) {
        unreached = handedOver ? 0 : unreached + 1;
        note(slot.endpoint(), handedOver, failure);
        if (failure.text().equals(Failure.TOO_MANY_REQUESTS)) {
            channels.turnstile().onTooMany();
        }
        if (failure.retry() != Failure.Retry.NEVER) {
            leaveAlone(slot, failure);
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

    /** A member without a leader still answers stale reads: only a read of that kind takes its refusal for far away. */
    private void leaveAlone(Slot slot, Failure failure) {
        if (!order.near()) {
            channels.moveOn(slot);
        }
        if (order.near() || failure.evidence() != Failure.Evidence.SERVER) {
            slot.nearness().failed(System.nanoTime());
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
        failHere(Status.Code.CANCELLED, "the client was closed" + why);
    }

    /** The client was closed while an attempt was under way. */
    void cancelAsClosed() {
        ClientCall<Q, A> call = current;
        if (call != null) {
            call.cancel("the client was closed", null);
        }
    }

    /** By the client's own decision, between attempts: nothing is under way. */
    private void failHere(Status.Code code, String text) {
        fail(
                new Failure(code, text, Failure.Effect.DEFINITE, Failure.Retry.NEVER, Failure.Evidence.SERVER, null),
                asked);
    }

    /** Endpoints that were not asked yet are asked at once; after a full round each further attempt waits. */
    private long waitNanos(Failure failure) {
        if (failure.retry() == Failure.Retry.NEXT_ENDPOINT && attempts < channels.size()) {
            return 0;
        }
        return policy.backoffNanos(waits++);
    }

    /** A refused token is a definite failure of any call: with another token it is made anew. */
    private boolean logsInAgain(@Nullable String token, Failure failure) {
        LogIn user = logIn;
        if (user == null || !LogIn.isOver(failure) || logIns >= MAX_LOG_INS || deadlineNanos - System.nanoTime() <= 0) {
            return false;
        }
        logIns++;
        user.drop(token);
        channels.goOnAfter(0, this);
        return true;
    }

    private final class AttemptListener extends ClientCall.Listener<A> {
        private final Slot slot;
        private final HandOverMark mark;
        private final @Nullable String token;
        private @Nullable A answer;

        AttemptListener(Slot slot, HandOverMark mark, @Nullable String token) {
            this.slot = slot;
            this.mark = mark;
            this.token = token;
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
                Failure failure = Failure.of(status, order.write(), handedOver);
                if (!logsInAgain(token, failure)) {
                    failed(slot, handedOver, failure);
                }
            } else if (message == null) {
                Status empty = Status.INTERNAL.withDescription("the server answered without a message");
                failed(slot, true, Failure.of(empty, order.write(), true));
            } else {
                if (order.near()) {
                    long now = System.nanoTime();
                    slot.nearness().answered(mark.nanosUntil(now), now);
                }
                channels.turnstile().onAnswer();
                result.complete(message);
            }
        }
    }
}
