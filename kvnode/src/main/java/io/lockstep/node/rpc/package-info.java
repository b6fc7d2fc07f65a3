/**
 * What clients may ask: the services of the etcd v3 API, the checks of their requests, the one mapping of errors, and
 * the small interfaces through which they reach the rest of the node ({@link io.lockstep.node.rpc.NodeServices}). Runs
 * on the event loops of the client port, and for what is not a cheap point read on the read pool. Called by {@code
 * rpc.http} and {@code rpc.port}.
 */
@NullMarked
package io.lockstep.node.rpc;

import org.jspecify.annotations.NullMarked;
