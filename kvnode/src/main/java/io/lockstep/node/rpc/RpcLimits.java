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
 */
public record RpcLimits(
        int maxRequestBytes, int maxTxnOps, Duration requestTimeout, int readThreads, int maxWaitingReads) {
    /** What a gRPC message may be larger than the request in it; etcd's overhead allowance. */
    private static final int MESSAGE_OVERHEAD_BYTES = 512 * 1024;

    private static final int MAX_REQUEST_BYTES_LIMIT = Integer.MAX_VALUE / 4;

    public RpcLimits {
        atLeastOne("max-request-bytes", maxRequestBytes);
        atLeastOne("max-txn-ops", maxTxnOps);
        atLeastOne("read threads", readThreads);
        atLeastOne("waiting reads", maxWaitingReads);
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
                4096);
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
