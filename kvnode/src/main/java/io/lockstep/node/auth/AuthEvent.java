package io.lockstep.node.auth;

import com.google.protobuf.ByteString;

/** What the applied log says of log-ins, for the tables of tokens that each member keeps in memory. */
public sealed interface AuthEvent {
    /** A password was right; the user is known by this token from now on. */
    record LoggedIn(String user, ByteString tokenHash) implements AuthEvent {}

    /** What the user logged in with is not valid any more. */
    record UserEnded(String user) implements AuthEvent {}

    /** Nobody is logged in any more. */
    record AllEnded() implements AuthEvent {}
}
