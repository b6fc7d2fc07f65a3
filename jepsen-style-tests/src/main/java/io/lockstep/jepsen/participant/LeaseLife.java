package io.lockstep.jepsen.participant;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One lease from its grant to its end, as its holder knows it. Times are of the harness' one monotonic clock.
 *
 * @param keys what was put with it, in one transaction
 * @param attached whether that transaction was acknowledged
 * @param renewals each that was answered, the grant first
 * @param revokeSentNanos null: it was left to expire
 */
record LeaseLife(
        long id,
        List<String> keys,
        boolean attached,
        List<Renewal> renewals,
        @Nullable Long revokeSentNanos) {
    LeaseLife {
        keys = List.copyOf(keys);
        renewals = List.copyOf(renewals);
    }

    /** @param ttlSeconds what the server said is left, 0: there is no such lease */
    record Renewal(long sentNanos, long receivedNanos, long ttlSeconds) {
        boolean alive() {
            return ttlSeconds > 0;
        }
    }
}
