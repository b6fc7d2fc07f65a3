package io.lockstep.node.rpc;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The calls that this node has in hand, from their first byte until the last byte of the answer is on its way, and the bytes
 * of the answers that wait for slow clients to take them. Both are bounded: a call too many, or a read while the answers of
 * others fill their share of the memory, is refused as too many requests. Any thread.
 */
public final class OpenCalls {
    private final int maxCalls;
    private final long maxAnswerBytes;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicLong answerBytes = new AtomicLong();

    public OpenCalls(RpcLimits limits) {
        this.maxCalls = limits.maxOpenCalls();
        this.maxAnswerBytes = limits.maxAnswerBytes();
    }

    /** False: one too many, and not counted. */
    public boolean begin() {
        if (calls.incrementAndGet() <= maxCalls) {
            return true;
        }
        calls.decrementAndGet();
        return false;
    }

    /** Once for each call that began. */
    public void end() {
        calls.decrementAndGet();
    }

    /** An answer begins to wait for its client; a single one may be larger than the bound. */
    public void hold(long bytes) {
        answerBytes.addAndGet(bytes);
    }

    /** It is sent, or not wanted any more. */
    public void release(long bytes) {
        answerBytes.addAndGet(-bytes);
    }

    /** Whether another answer may be made. */
    public boolean hasRoom() {
        return answerBytes.get() < maxAnswerBytes;
    }

    public int open() {
        return calls.get();
    }

    public long answerBytes() {
        return answerBytes.get();
    }
}
