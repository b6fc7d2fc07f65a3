package io.lockstep.node.rpc;

import com.google.protobuf.Message;
import io.lockstep.api.ReadPath;
import io.lockstep.node.rpc.auth.Credentials;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call of a client on its way through a service: how long it may take, and whether anyone still waits for it. The
 * transport cancels it on its event loop while the service may be on any thread, hence the lock.
 */
public final class RpcCall {
    /** For ever, as far as a clock that wraps around can tell. */
    private static final long STREAM_NANOS = Long.MAX_VALUE / 2;

    private final long beginNanos = System.nanoTime();
    private final long deadlineNanos;

    /** Written before the service sees the call. */
    private CallDial dial = CallDial.NONE;

    /** Written before the service sees the call. */
    private Credentials credentials = Credentials.NONE;

    /** Written before the service sees the call: what the caller must be. */
    private Authorization.Rule rule = Authorization.Rule.ROOT;

    private @Nullable Message request;

    /** Written before the answer is there: how it was served, if it is a read's. */
    private @Nullable ReadPath path;

    private long ageMillis;
    private boolean cancelled;
    private @Nullable CompletableFuture<?> pending;

    private RpcCall(long deadlineNanos) {
        this.deadlineNanos = deadlineNanos;
    }

    /**
     * A call that begins now.
     *
     * @param clientNanos what the client's own deadline leaves; a tenth of it stays for the way back, so that the client
     *     hears what went wrong instead of its own timer
     * @param limitNanos what this node allows
     */
    public static RpcCall begin(long clientNanos, long limitNanos) {
        return new RpcCall(System.nanoTime() + Math.min(clientNanos - clientNanos / 10, limitNanos));
    }

    /** A stream that begins now: how long it lives is the client's affair. */
    public static RpcCall beginStream() {
        return new RpcCall(System.nanoTime() + STREAM_NANOS);
    }

    /** What the client set beside the request; before the service sees it. */
    void turn(CallDial given) {
        dial = given;
    }

    CallDial dial() {
        return dial;
    }

    /** Who says to call; before the service sees it. */
    public void comesWith(Credentials given) {
        credentials = given;
    }

    Credentials credentials() {
        return credentials;
    }

    /** What is called; before the service sees it. */
    void asks(Authorization.Rule needed, @Nullable Message asked) {
        rule = needed;
        request = asked;
    }

    /** Another piece of work of this call, which begins now, with time of its own; it is not cancelled with the call. */
    RpcCall another(long limitNanos) {
        RpcCall work = begin(Long.MAX_VALUE, limitNanos);
        work.partOf(this);
        return work;
    }

    /** Part of a stream: what the client said beside that holds here too. */
    void partOf(RpcCall opened) {
        dial = opened.dial;
        credentials = opened.credentials;
        rule = opened.rule;
        request = opened.request;
    }

    Authorization.Rule rule() {
        return rule;
    }

    /** Null: nothing was asked yet. */
    @Nullable
    Message request() {
        return request;
    }

    /** How the answer came about; before it is there. */
    void served(ReadPath by, long provenAgeMillis) {
        path = by;
        ageMillis = provenAgeMillis;
    }

    /**
     * What an unmodified client learns of its read beside the answer: names and values for trailers or headers. Empty for
     * a linearizable read of a client that did not turn the dial.
     */
    public Map<String, String> aside() {
        ReadPath by = path;
        if (by == null || (by == ReadPath.READ_PATH_LINEARIZABLE && !dial.given())) {
            return Map.of();
        }
        return ageMillis == Staleness.UNPROVEN
                ? Map.of("lockstep-served", ReadMetrics.name(by))
                : Map.of(
                        "lockstep-served", ReadMetrics.name(by), "lockstep-staleness-millis", Long.toString(ageMillis));
    }

    /** On the clock of {@link System#nanoTime}. */
    public long deadlineNanos() {
        return deadlineNanos;
    }

    /** How long it may wait in a queue, if that allows so long: there must be time left for the work. */
    long patienceNanos(Duration allowed) {
        return Math.min(allowed.toNanos(), (deadlineNanos - beginNanos) / 2);
    }

    /** Whether the answer would be too late. */
    public boolean isExpired() {
        return System.nanoTime() - deadlineNanos >= 0;
    }

    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /** The client is gone. */
    public void cancel() {
        CompletableFuture<?> waitedFor;
        synchronized (this) {
            cancelled = true;
            waitedFor = pending;
        }
        if (waitedFor != null) {
            waitedFor.cancel(false);
        }
    }

    /** Has the work cancelled with the call. At most one piece of work at a time. */
    public void follow(CompletableFuture<?> work) {
        boolean gone;
        synchronized (this) {
            pending = work;
            gone = cancelled;
        }
        if (gone) {
            work.cancel(false);
        }
    }
}
