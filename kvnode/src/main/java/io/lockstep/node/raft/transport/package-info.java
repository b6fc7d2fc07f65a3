/**
 * The peer port: JRaft's RPC interfaces and calls between applications over gRPC streams, one per lane. Owns its event
 * loops, apart from the client port's. Requests are serialised in the caller's thread, answered on executors and never
 * block an event loop. Called by the raft package only.
 */
@NullMarked
package io.lockstep.node.raft.transport;

import org.jspecify.annotations.NullMarked;
