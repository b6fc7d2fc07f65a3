package io.lockstep.cli.certs;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.IPAddress;

/** Who signs certificates; keys are on the curve P-256 throughout. */
public final class Authority {
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 127;

    /** Clocks of machines differ: a certificate of this moment is good on one that is late. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

    private final Signed own;
    private final SecureRandom random = new SecureRandom();

    private Authority(Signed own) {
        this.own = own;
    }

    /** A new one, which signs itself and nothing but what is shown: no further authorities. */
    public static Authority create(String name, Duration validity) throws GeneralSecurityException {
        KeyPair pair = newPair();
        X500Name self = name(name);
        X509v3CertificateBuilder builder =
                builder(self, self, pair.getPublic(), validity, new BigInteger(SERIAL_BITS, new SecureRandom()));
        try {
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            identifiers.createSubjectKeyIdentifier(pair.getPublic()));
            return new Authority(new Signed(sign(builder, pair.getPrivate()), pair.getPrivate()));
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    /**
     * One that was made by {@link #create}.
     *
     * @throws IOException if a file is missing or is not such a one's
     */
    public static Authority load(Path certificateFile, Path keyFile) throws IOException {
        String key = Files.readString(keyFile, StandardCharsets.US_ASCII).replaceAll("-----[A-Z ]+-----|\\s", "");
        try (InputStream in = Files.newInputStream(certificateFile)) {
            X509Certificate certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            PrivateKey own = KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(key)));
            if (certificate.getBasicConstraints() < 0) {
                throw new IOException("\"" + certificateFile + "\" is not an authority's");
            }
            return new Authority(new Signed(certificate, own));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(
                    "\"" + certificateFile + "\" and \"" + keyFile + "\" are not those of a CA by \"kv certs\"", e);
        }
    }

    public Signed own() {
        return own;
    }

    /** @throws IllegalArgumentException if a host is neither a name nor an IP address */
    public Signed sign(Holder holder, Duration validity) throws GeneralSecurityException {
        KeyPair pair = newPair();
        try {
            X509Certificate issuer = own.certificate();
            JcaX509ExtensionUtils identifiers = new JcaX509ExtensionUtils();
            X509v3CertificateBuilder builder = builder(
                            new JcaX509CertificateHolder(issuer).getSubject(),
                            name(holder.commonName()),
                            pair.getPublic(),
                            validity,
                            new BigInteger(SERIAL_BITS, random))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, purposes(holder.use()))
                    .addExtension(
                            Extension.subjectKeyIdentifier,
                            false,
                            identifiers.createSubjectKeyIdentifier(pair.getPublic()))
                    .addExtension(
                            Extension.authorityKeyIdentifier, false, identifiers.createAuthorityKeyIdentifier(issuer));
            if (!holder.hosts().isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        false,
                        new GeneralNames(
                                holder.hosts().stream().map(Authority::host).toArray(GeneralName[]::new)));
            }
            X509Certificate certificate = sign(builder, own.key());
            certificate.verify(issuer.getPublicKey());
            return new Signed(certificate, pair.getPrivate());
        } catch (IOException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static X509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Duration validity, BigInteger serial) {
        Instant now = Instant.now();
        return new JcaX509v3CertificateBuilder(
                issuer,
                serial.add(BigInteger.ONE),
                Date.from(now.minus(CLOCKS_DIFFER)),
                Date.from(now.plus(validity)),
                subject,
                key);
    }

    private static X500Name name(String commonName) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.CN, commonName)
                .build();
    }

    private static ExtendedKeyUsage purposes(Holder.Use use) {
        return new ExtendedKeyUsage(
                switch (use) {
                    case SERVER -> new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth};
                    case CLIENT -> new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth};
                    case BOTH -> new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
                });
    }

    private static GeneralName host(String host) {
        if (IPAddress.isValid(host)) {
            return new GeneralName(GeneralName.iPAddress, host);
        }
        if (!host.matches("(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?") || host.matches("[0-9.]+")) {
            throw new IllegalArgumentException("\"" + host + "\" is neither a host name nor an IP address");
        }
        return new GeneralName(GeneralName.dNSName, host);
    }

    private static KeyPair newPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }
}
