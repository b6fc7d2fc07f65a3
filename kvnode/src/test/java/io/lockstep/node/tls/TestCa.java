package io.lockstep.node.tls;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/** An authority for tests, and what it signs. */
public final class TestCa {
    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final X500Principal name;
    private final KeyPair pair;
    private final X509Certificate certificate;

    /** A certificate and its key. */
    public record Issued(X509Certificate certificate, PrivateKey key) {
        public Issued writeTo(Path certificateFile, Path keyFile) throws IOException {
            // The key first: a look in between sees files that do not belong together, and keeps what it has.
            write(keyFile, TestCa.pem("PRIVATE KEY", key.getEncoded()));
            write(certificateFile, pem(certificate));
            return this;
        }
    }

    public TestCa(String name) throws Exception {
        this.name = new X500Principal("CN=" + name);
        this.pair = newPair();
        this.certificate = sign(this.name, pair, List.of(), true);
    }

    public X509Certificate certificate() {
        return certificate;
    }

    public Path writeTo(Path file) throws IOException {
        write(file, pem(certificate));
        return file;
    }

    /** For the loopback, by its names and addresses. */
    public Issued issue(String commonName) throws Exception {
        return issue(commonName, "localhost", "127.0.0.1", "::1");
    }

    public Issued issue(String commonName, String... hosts) throws Exception {
        KeyPair own = newPair();
        return new Issued(sign(new X500Principal("CN=" + commonName), own, List.of(hosts), false), own.getPrivate());
    }

    private X509Certificate sign(X500Principal subject, KeyPair own, List<String> hosts, boolean authority)
            throws GeneralSecurityException, IOException, OperatorCreationException {
        Instant now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.valueOf(SERIAL.getAndIncrement()),
                        Date.from(now.minus(Duration.ofHours(1))),
                        Date.from(now.plus(Duration.ofDays(2))),
                        subject,
                        own.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
        if (!hosts.isEmpty()) {
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(hosts.stream()
                            .map(host -> new GeneralName(
                                    IPAddress.isValid(host) ? GeneralName.iPAddress : GeneralName.dNSName, host))
                            .toArray(GeneralName[]::new)));
        }
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
    }

    private static KeyPair newPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    public static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String pem(String type, byte[] der) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END " + type + "-----\n";
    }

    /** In one step, as a careful operator does. */
    public static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
