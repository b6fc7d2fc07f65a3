package io.lockstep.node.rpc;

import io.lockstep.api.AlarmType;
import io.lockstep.node.error.KvError;
import io.lockstep.node.error.KvException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The streams that this node has open, so that those can be ended that would otherwise wait for ever: on a node that
 * closes, and, if the client asked for that ({@code hasleader}), on one that is cut off from its cluster. That is the only
 * way in which a watch on such a node ends. Also those that must not go on: whose client takes nothing any more, and those
 * that tell of keys on a member whose state is known to be wrong. Any thread; one ticks.
 */
public final class OpenStreams {
    private final NodeStatus status;
    private final long memberId;
    private final int maxStreams;
    private final long leaderlessNanos;
    private final long unreadNanos;
    private final AtomicInteger count = new AtomicInteger();
    private final Set<StreamCall<?>> streams = ConcurrentHashMap.newKeySet();

    /** Of the ticking thread: when a leader was known last. */
    private long ledAtNanos = System.nanoTime();

    /** Written once by who closes, read by who begins: no stream slips in behind the last one that was ended. */
    private volatile boolean closed;

    public OpenStreams(NodeStatus status, long memberId, RpcLimits limits) {
        this.status = status;
        this.memberId = memberId;
        this.maxStreams = limits.maxOpenStreams();
        this.leaderlessNanos = limits.leaderlessStreamPatience().toNanos();
        this.unreadNanos = limits.unreadStreamPatience().toNanos();
    }

    /** False: one too many, and not counted. */
    public boolean begin(StreamCall<?> stream) {
        if (count.incrementAndGet() > maxStreams) {
            count.decrementAndGet();
            return false;
        }
        streams.add(stream);
        if (closed) {
            stream.fail(new KvException.Failed(KvError.STOPPED));
        } else if (stream.tellsOfKeys() && isCorrupt()) {
            stream.fail(new KvException.Failed(KvError.CORRUPT));
        }
        return true;
    }

    /** Once for each stream that began. */
    public void end(StreamCall<?> stream) {
        if (streams.remove(stream)) {
            count.decrementAndGet();
        }
    }

    public int open() {
        return count.get();
    }

    /** @param nowNanos of {@link System#nanoTime} */
    public void onTick(long nowNanos) {
        if (status.leaderId() != 0) {
            ledAtNanos = nowNanos;
        } else if (nowNanos - ledAtNanos >= leaderlessNanos) {
            streams.stream()
                    .filter(StreamCall::needsLeader)
                    .forEach(stream -> stream.fail(new KvException.Failed(KvError.NO_LEADER)));
        }
        streams.stream()
                .filter(stream -> stream.isUnreadFor(nowNanos, unreadNanos))
                .forEach(stream -> stream.fail(new KvException.Failed(KvError.CLIENT_TAKES_NOTHING)));
        if (isCorrupt()) {
            streams.stream()
                    .filter(StreamCall::tellsOfKeys)
                    .forEach(stream -> stream.fail(new KvException.Failed(KvError.CORRUPT)));
        }
    }

    private boolean isCorrupt() {
        return status.alarms().stream()
                .anyMatch(alarm -> alarm.getAlarm() == AlarmType.CORRUPT && alarm.getMemberID() == memberId);
    }

    /** Ends every stream, those that begin later too. */
    public void close() {
        closed = true;
        streams.forEach(stream -> stream.fail(new KvException.Failed(KvError.STOPPED)));
    }
}
