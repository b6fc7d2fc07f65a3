/**
 * Users, roles and what they may do: the replicated table, changed by the apply thread ({@link
 * io.lockstep.node.auth.AuthTable}), and the immutable {@link io.lockstep.node.auth.Permissions} that every view carries
 * and any thread judges by. No clock, no random numbers, no passwords in the clear: those end in {@code rpc.auth}.
 */
@NullMarked
package io.lockstep.node.auth;

import org.jspecify.annotations.NullMarked;
