/**
 * gRPC services, request checks, the one error mapping, and the HTTP side of the client port. Runs on the event loops of the client port.
 */
@NullMarked
package io.lockstep.node.rpc;

import org.jspecify.annotations.NullMarked;
