package io.lockstep.node.auth;

/**
 * Who asks.
 *
 * @param user empty: nobody said who
 * @param authRevision the auth revision by which the user was known; 0 with an empty user
 */
public record Asker(String user, long authRevision) {
    public static final Asker NOBODY = new Asker("", 0);
}
