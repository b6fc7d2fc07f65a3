package io.lockstep.node.lease;

/**
 * A lease as it stands in the table.
 *
 * @param id never 0; may be negative
 * @param ttlSeconds how long it lives after its grant and after each renewal, at least
 * @param grant the number of its grant among all grants: tells two leases of the same id apart
 * @param renewals how often it was renewed
 */
public record Lease(long id, long ttlSeconds, long grant, long renewals) {}
