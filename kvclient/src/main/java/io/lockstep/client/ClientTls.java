package io.lockstep.client;

import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS towards the servers, PEM files.
 *
 * @param ca who may have signed the servers' certificates; absent: the JVM's trust store
 * @param certificate the client's own chain; together with {@code key} or not at all
 * @param key its key, PKCS#8, not encrypted
 */
public record ClientTls(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {
    public ClientTls {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException(
                    certificate.isPresent()
                            ? "a client certificate needs its key: give both"
                            : "a client key needs its certificate: give both");
        }
    }

    /** Server certificates are checked by the JVM's trust store, and the client shows none. */
    public static ClientTls systemTrust() {
        return new ClientTls(Optional.empty(), Optional.empty(), Optional.empty());
    }
}
