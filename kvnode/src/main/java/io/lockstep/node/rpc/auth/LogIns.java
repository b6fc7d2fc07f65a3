package io.lockstep.node.rpc.auth;

/**
 * How callers of this node prove who they are.
 *
 * @param certificateNames whether the common name of a client's certificate is its user
 */
public record LogIns(Tokens tokens, Passwords passwords, boolean certificateNames) {}
