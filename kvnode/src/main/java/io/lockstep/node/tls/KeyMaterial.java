package io.lockstep.node.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the files of a port hold, found to be usable and to belong together. */
record KeyMaterial(PrivateKey key, List<X509Certificate> chain, Optional<List<X509Certificate>> authorities) {
    private static final byte[] SIGNED = "of one pair?".getBytes(StandardCharsets.US_ASCII);

    /** @throws IOException with one line that names the file and what is wrong with it */
    static KeyMaterial load(PemFiles files) throws IOException {
        List<X509Certificate> chain = certificates(files.certificate());
        PrivateKey key = PrivateKeys.read(files.key());
        if (!isPair(key, chain.get(0).getPublicKey())) {
            // Also what a look between two writes sees, one file new and the other not yet.
            throw new IOException("\"" + files.key() + "\" is not the key of \"" + files.certificate() + "\"");
        }
        Optional<List<X509Certificate>> authorities = files.authorities().isPresent()
                ? Optional.of(certificates(files.authorities().get()))
                : Optional.empty();
        return new KeyMaterial(key, chain, authorities);
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        for (Pem.Block block : Pem.read(file)) {
            if (block.type().equals("CERTIFICATE")) {
                try {
                    certificates.add((X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(block.der())));
                } catch (CertificateException e) {
                    throw new IOException("\"" + file + "\" holds a damaged certificate", e);
                }
            }
        }
        if (certificates.isEmpty()) {
            throw new IOException("\"" + file + "\" holds no certificate");
        }
        return certificates;
    }

    private static boolean isPair(PrivateKey key, PublicKey shown) {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(SIGNED);
            byte[] signed = signature.sign();
            signature.initVerify(shown);
            signature.update(SIGNED);
            return signature.verify(signed);
        } catch (GeneralSecurityException otherAlgorithm) {
            return false;
        }
    }
}
