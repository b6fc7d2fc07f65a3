/**
 * Clients on the generated stubs: one channel pinned to one node, no retries, a deadline for each call, and a sober view of
 * what an error means. A client belongs to one thread, but for {@link io.lockstep.jepsen.client.LogReader}'s.
 */
@NullMarked
package io.lockstep.jepsen.client;

import org.jspecify.annotations.NullMarked;
