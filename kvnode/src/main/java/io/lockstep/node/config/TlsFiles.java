package io.lockstep.node.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the PEM files of one port's TLS lie.
 *
 * @param trustedCa certificates that the other side's must be signed by; empty: the other side is not asked for one
 */
public record TlsFiles(Path certificate, Path key, Optional<Path> trustedCa) {
    public TlsFiles {
        requireReadable(certificate);
        requireReadable(key);
        trustedCa.ifPresent(TlsFiles::requireReadable);
    }

    private static void requireReadable(Path file) {
        if (!Files.isReadable(file)) {
            throw new ConfigException("TLS file \"" + file + "\" does not exist or can't be read");
        }
    }
}
