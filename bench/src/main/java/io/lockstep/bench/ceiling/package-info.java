/**
 * A server that does nothing but speak the protocol: the same gRPC stack as a node, answered from a map on the event loops. What it reaches is
 * what the machine, the client and the wire allow, and so the ceiling of any comparison.
 */
@NullMarked
package io.lockstep.bench.ceiling;

import org.jspecify.annotations.NullMarked;
