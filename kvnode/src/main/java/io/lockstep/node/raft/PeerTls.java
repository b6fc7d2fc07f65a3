package io.lockstep.node.raft;

import io.lockstep.node.tls.PemFiles;
import java.nio.file.Path;
import java.util.Optional;

/**
 * TLS of the peer port, both ways: this member shows the certificate and demands one of the same authorities. The files are
 * read again when they change.
 *
 * @param certificate PEM, the chain of this member, with a subject alternative name for its advertised host
 * @param key PEM, not encrypted
 * @param authorities PEM, whom to trust
 */
public record PeerTls(Path certificate, Path key, Path authorities) {
    public PemFiles files() {
        return new PemFiles(certificate, key, Optional.of(authorities));
    }
}
