package io.lockstep.node.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of one port.
 *
 * @param certificate PEM: the certificate that is shown, and those between it and its authority
 * @param key PEM, not encrypted: the certificate's private key
 * @param authorities PEM, one certificate or several: the other side must show a certificate that one of these signed;
 *     empty: it is not asked for one
 */
public record PemFiles(Path certificate, Path key, Optional<Path> authorities) {
    List<Path> all() {
        return Stream.concat(Stream.of(certificate, key), authorities.stream()).toList();
    }
}
