package io.lockstep.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How often and how fast a call is tried again; only what {@link Failure} allows is.
 *
 * @param maxAttempts all attempts of one call, the first included
 * @param maxUnreached attempts in a row that reached no server at all, after which the call gives up; a person who mistyped
 *     an address wants to know at once, a service rather waits out its deadline
 * @param firstBackoff the middle of the first wait; each further one is twice as long, and each is drawn between half and
 *     one and a half of that, so that clients that failed together do not come back together
 * @param maxBackoff what the middle of a wait does not exceed
 */
public record RetryPolicy(int maxAttempts, int maxUnreached, Duration firstBackoff, Duration maxBackoff) {
    /** Up to 20 attempts, with pauses from 25 ms to half a second. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(20, 20, Duration.ofMillis(25), Duration.ofMillis(500));
    /** One attempt. */
    public static final RetryPolicy NONE = new RetryPolicy(1, 1, Duration.ofMillis(25), Duration.ofMillis(25));

    public RetryPolicy {
        if (maxAttempts < 1 || maxUnreached < 1) {
            throw new IllegalArgumentException("maxAttempts is " + maxAttempts + " and maxUnreached " + maxUnreached
                    + "; both must be at least 1");
        }
        if (firstBackoff.isNegative() || firstBackoff.isZero() || maxBackoff.compareTo(firstBackoff) < 0) {
            throw new IllegalArgumentException("firstBackoff is " + firstBackoff + " and maxBackoff " + maxBackoff
                    + "; the first must be above 0 and the second not below it");
        }
    }

    /** The same, but it gives up after so many attempts in a row that reached nobody. */
    public RetryPolicy withMaxUnreached(int attempts) {
        return new RetryPolicy(maxAttempts, attempts, firstBackoff, maxBackoff);
    }

    long backoffNanos(int waitsBefore) {
        double middle = Math.min(maxBackoff.toNanos(), firstBackoff.toNanos() * Math.pow(2, waitsBefore));
        return (long) (middle * ThreadLocalRandom.current().nextDouble(0.5, 1.5));
    }
}
