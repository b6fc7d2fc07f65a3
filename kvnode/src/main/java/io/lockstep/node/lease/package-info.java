/**
 * The replicated table of leases and of the keys that are attached to them. No clock, no threads: when a lease is over is
 * for {@code expiry} to say, and only a command in the log ends it. {@link LeaseTable} belongs to the apply thread;
 * {@link LeaseReader} reads what a view holds, on any thread.
 */
@NullMarked
package io.lockstep.node.lease;

import org.jspecify.annotations.NullMarked;
