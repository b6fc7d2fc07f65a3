package io.lockstep.node.rpc;

import java.time.Duration;

/**
 * The bounds of what clients may ask for.
 *
 * @param maxRequestBytes the largest serialised write; etcd's {@code --max-request-bytes}
 * @param maxTxnOps the most comparisons, and the most steps of each branch, of a transaction; nested ones get what is
 *     left; etcd's {@code --max-txn-ops}
 * @param requestTimeout how long a call may take if its client sets no earlier deadline
 * @param readThreads threads for reads that are not cheap point reads
 * @param maxWaitingReads such reads waiting for a thread; one more is refused as too many requests
 * @param maxQueueWait how long such a read waits for a thread, and not longer than half of the time that its call has
 * @param maxCallsPerConnection calls that a connection may have open; its client keeps the others back, where their own
 *     deadlines end them at no cost here
 * @param maxOpenCalls calls of all connections; one more is refused as too many requests
 * @param maxAnswerBytes answers that wait for their clients to take them; beyond it reads are refused
 * @param maxOpenStreams streams of all connections; one more is refused as too many requests
 * @param leaderlessStreamPatience a stream whose client asked for a leader ends when none was known for this long
 * @param unreadStreamPatience a stream ends when answers wait for its client and it has taken none for this long
 */
public record RpcLimits(
        int maxRequestBytes,
        int maxTxnOps,
        Duration requestTimeout,
        int readThreads,
        int maxWaitingReads,
        Duration maxQueueWait,
        int maxCallsPerConnection,
        int maxOpenCalls,
        long maxAnswerBytes,
        int maxOpenStreams,
        Duration leaderlessStreamPatience,
        Duration unreadStreamPatience) {
    /** Of the memory outside the heap, where answers wait. */
    private static final int MEMORY_SHARE = 4;

    /** What a gRPC message may be larger than the request in it; etcd's overhead allowance. */
    private static final int MESSAGE_OVERHEAD_BYTES = 512 * 1024;

    private static final int MAX_REQUEST_BYTES_LIMIT = Integer.MAX_VALUE / 4;

    public RpcLimits {
        atLeastOne("max-request-bytes", maxRequestBytes);
        atLeastOne("max-txn-ops", maxTxnOps);
        atLeastOne("read threads", readThreads);
        atLeastOne("waiting reads", maxWaitingReads);
        atLeastOne("max-concurrent-streams", maxCallsPerConnection);
        atLeastOne("open calls", maxOpenCalls);
        atLeastOne("open streams", maxOpenStreams);
        if (maxRequestBytes > MAX_REQUEST_BYTES_LIMIT) {
            throw new IllegalArgumentException(
                    "max-request-bytes is " + maxRequestBytes + ": allowed is at most " + MAX_REQUEST_BYTES_LIMIT);
        }
        if (requestTimeout.isNegative() || requestTimeout.isZero()) {
            throw new IllegalArgumentException("request timeout is " + requestTimeout + ": it must be positive");
        }
    }

    public static RpcLimits defaults() {
        return new RpcLimits(
                1536 * 1024,
                128,
                Duration.ofSeconds(7),
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                4096,
                Duration.ofSeconds(1),
                8192,
                32_768,
                Math.min(256L << 20, Runtime.getRuntime().maxMemory() / MEMORY_SHARE),
                65_536,
                Duration.ofSeconds(3),
                Duration.ofMinutes(5));
    }

    /** The same limits with what a user may set. */
    public RpcLimits with(int maxRequestBytes, int maxTxnOps, int maxCallsPerConnection) {
        return new RpcLimits(
                maxRequestBytes,
                maxTxnOps,
                requestTimeout,
                readThreads,
                maxWaitingReads,
                maxQueueWait,
                maxCallsPerConnection,
                maxOpenCalls,
                maxAnswerBytes,
                maxOpenStreams,
                leaderlessStreamPatience,
                unreadStreamPatience);
    }

    /** The same limits with etcd's patience: three election timeouts. */
    public RpcLimits withElectionTimeout(Duration electionTimeout) {
        return new RpcLimits(
                maxRequestBytes,
                maxTxnOps,
                requestTimeout,
                readThreads,
                maxWaitingReads,
                maxQueueWait,
                maxCallsPerConnection,
                maxOpenCalls,
                maxAnswerBytes,
                maxOpenStreams,
                electionTimeout.multipliedBy(3),
                unreadStreamPatience);
    }

    /** The same limits with another patience with clients that take nothing. */
    public RpcLimits withUnreadStreamPatience(Duration patience) {
        return new RpcLimits(
                maxRequestBytes,
                maxTxnOps,
                requestTimeout,
                readThreads,
                maxWaitingReads,
                maxQueueWait,
                maxCallsPerConnection,
                maxOpenCalls,
                maxAnswerBytes,
                maxOpenStreams,
                leaderlessStreamPatience,
                patience);
    }

    /** The largest message that is taken in: beyond it gRPC itself answers ResourceExhausted. */
    public int maxMessageBytes() {
        return maxRequestBytes + MESSAGE_OVERHEAD_BYTES;
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ": it must be at least 1");
        }
    }
}
