package io.lockstep.node.rpc;

import io.grpc.Status;
import io.lockstep.api.WatchGrpc;
import io.lockstep.api.election.ElectionGrpc;
import io.lockstep.node.error.KvError;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The node's end of one stream. Answers go out in the order of the calls of {@link #send}; what is sent after the end, or
 * to a client that is gone, goes nowhere. Any thread may call any method: answers come from the threads of the node while
 * the connection ends on its event loop, hence the lock.
 *
 * <p>Whoever sends asks {@link #isReady} first, and waits for {@link StreamListener#onReady} when it is not: so the answers
 * that wait for a slow client stay few. One who answers each request once needs not ask, since no more requests are taken
 * in while the client takes no answers.
 */
public final class StreamCall<R> {
    /** The connection behind a stream, told by one thread at a time. */
    public interface Outlet<R> {
        boolean isReady();

        void send(R answer);

        /** Once, as the last. */
        void close(Status status);
    }

    /** What tells of keys as they change: as wrong as the member's state. */
    private static final Set<String> TELL_OF_KEYS = Set.of(
            WatchGrpc.getWatchMethod().getFullMethodName(),
            ElectionGrpc.getObserveMethod().getFullMethodName());

    private final Outlet<R> outlet;
    private final String method;
    private final RpcMetrics.ForMethod metrics;
    private final RpcCall opened;
    private final boolean needsLeader;
    private final long limitNanos;
    /** When the connection was last seen to take answers. Written by whoever asks for that, read by the tick. */
    private volatile long takenNanos = System.nanoTime();

    private @Nullable Runnable whenOver;
    private boolean over;

    /**
     * @param opened what the client said beside the stream
     * @param limitNanos what this node allows for one request of a stream
     */
    public StreamCall(
            Outlet<R> outlet,
            StreamRpc<?, ?> rpc,
            RpcMetrics.ForMethod metrics,
            RpcCall opened,
            boolean needsLeader,
            long limitNanos) {
        this.outlet = outlet;
        this.method = rpc.method().getFullMethodName();
        this.metrics = metrics;
        this.opened = opened;
        this.needsLeader = needsLeader;
        this.limitNanos = limitNanos;
    }

    /** Whether an answer would go out soon. */
    public boolean isReady() {
        boolean ready = outlet.isReady();
        if (ready) {
            takenNanos = System.nanoTime();
        }
        return ready;
    }

    /**
     * What gives back what the stream holds, once it is over by our side: the client hears of that only when it has taken all
     * answers before, and the transport tells of the end only then. May be called twice, and beside the listener's end.
     */
    void whenOver(Runnable release) {
        synchronized (this) {
            if (!over) {
                whenOver = release;
                return;
            }
        }
        release.run();
    }

    /** Whether answers wait, and the client has taken none for so long. */
    boolean isUnreadFor(long nowNanos, long patienceNanos) {
        return !isReady() && nowNanos - takenNanos >= patienceNanos;
    }

    boolean tellsOfKeys() {
        return TELL_OF_KEYS.contains(method);
    }

    public synchronized void send(R answer) {
        if (!over) {
            outlet.send(answer);
        }
    }

    /** No more answers: all is well. */
    public void end() {
        close(Status.OK);
    }

    /** No more answers: the client is told why. */
    public void fail(Throwable failure) {
        close(ErrorMapping.toStatus(failure, method));
    }

    /** For what breaks the rules of the transport. */
    public void close(Status status) {
        Runnable release;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            metrics.ended(status);
            outlet.close(status);
            release = whenOver;
            whenOver = null;
        }
        if (release != null) {
            release.run();
        }
    }

    /** The client is gone, or has all it will get. By the transport. */
    public synchronized void gone() {
        if (!over) {
            over = true;
            metrics.ended(ErrorMapping.of(KvError.CANCELLED));
        }
    }

    public synchronized boolean isOver() {
        return over;
    }

    /** What the client said beside the stream; without a deadline of ours. */
    public RpcCall opened() {
        return opened;
    }

    /** One request of the stream as a call of its own, which begins now: with the node's time limit. */
    public RpcCall beginRequest() {
        RpcCall request = RpcCall.begin(Long.MAX_VALUE, limitNanos);
        request.partOf(opened);
        return request;
    }

    boolean needsLeader() {
        return needsLeader;
    }
}
