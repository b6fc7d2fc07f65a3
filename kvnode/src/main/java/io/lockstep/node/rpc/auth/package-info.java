/**
 * How a caller proves who it is: passwords (hashed and compared on threads of their own), tokens, certificates. Nothing
 * here decides what a user may do: that is {@link io.lockstep.node.rpc.Authorization}. Any thread; nothing blocks but the
 * password threads. Called by {@code rpc}, {@code rpc.port}, {@code rpc.http} and, for log-ins that were applied, by the
 * apply thread.
 */
@NullMarked
package io.lockstep.node.rpc.auth;

import org.jspecify.annotations.NullMarked;
