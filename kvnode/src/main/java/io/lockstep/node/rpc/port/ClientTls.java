package io.lockstep.node.rpc.port;

import io.lockstep.node.tls.PemFiles;
import java.nio.file.Path;
import java.util.Optional;

/**
 * PEM files for the client port. They are read again when they change.
 *
 * @param trustedCa who must have signed the clients' certificates; empty: clients need none
 */
public record ClientTls(Path certificate, Path key, Optional<Path> trustedCa) {
    PemFiles files() {
        return new PemFiles(certificate, key, trustedCa);
    }
}
