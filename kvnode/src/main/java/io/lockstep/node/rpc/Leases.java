package io.lockstep.node.rpc;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** The time of leases, as this node knows it. Any thread; does not block. */
public interface Leases {
    /** What a shorter TTL is raised to. */
    long minTtlSeconds();

    /**
     * Renews a lease through the log.
     *
     * @return its TTL in seconds, 0 if there is no such lease; fails with a {@link
     *     io.lockstep.node.error.KvException}
     */
    CompletableFuture<Long> renew(long lease);

    /** What is left of a lease's time; empty: it is not there (any more). */
    OptionalLong remainingNanos(long lease);
}
