/**
 * The client port: one socket on which the first bytes tell gRPC from HTTP/1, with and without TLS. Owns the event loops
 * of the port. Built by the node; called by the network.
 */
@NullMarked
package io.lockstep.node.rpc.port;

import org.jspecify.annotations.NullMarked;
