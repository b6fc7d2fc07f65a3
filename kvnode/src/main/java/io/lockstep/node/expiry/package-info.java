/**
 * The time of leases: {@link LeaseClock} notes on every member when each began to live anew; on the leader {@link Expiry}
 * proposes the end of those whose time is over; {@link Renewals} packs the keep-alives of this member's clients into
 * commands. Clients of {@code propose}; driven by the node's clock, told by the apply thread, asked by any.
 */
@NullMarked
package io.lockstep.node.expiry;

import org.jspecify.annotations.NullMarked;
