package io.lockstep.cli.certs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Set;

/** A certificate and its key. */
public record Signed(X509Certificate certificate, PrivateKey key) {
    private static final int LINE = 64;

    /** Writes both as PEM, into files that must not be there yet; nobody but their owner may read the key, at any moment. */
    public void write(Path certificateFile, Path keyFile) throws IOException {
        try {
            write(certificateFile, pem("CERTIFICATE", certificate.getEncoded()), "rw-r--r--");
        } catch (CertificateEncodingException e) {
            throw new IOException(e);
        }
        write(keyFile, pem("PRIVATE KEY", key.getEncoded()), "rw-------");
    }

    private static void write(Path file, String text, String permissions) throws IOException {
        FileAttribute<?>[] attributes =
                Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                        }
                        : new FileAttribute<?>[0];
        try (SeekableByteChannel out = Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }
    }

    private static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + type + "-----\n";
    }
}
