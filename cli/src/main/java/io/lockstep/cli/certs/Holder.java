package io.lockstep.cli.certs;

import java.util.List;

/**
 * Whom a certificate is for.
 *
 * @param commonName of the subject; on a node with {@code --client-cert-auth} it is the user
 * @param hosts names and IP addresses that it is valid for; empty: it is no server's
 */
public record Holder(String commonName, List<String> hosts, Use use) {
    /** What it may be shown for. */
    public enum Use {
        SERVER,
        CLIENT,
        /** A member is both to the others. */
        BOTH
    }

    /** X.520 allows no longer one. */
    private static final int MAX_NAME = 64;

    public Holder {
        hosts = List.copyOf(hosts);
        if (commonName.isBlank() || commonName.length() > MAX_NAME) {
            throw new IllegalArgumentException("the name \"" + commonName
                    + "\" can't be a certificate's: it needs 1 to " + MAX_NAME + " characters");
        }
    }
}
