package io.lockstep.node.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyMaterialTest {
    @TempDir
    Path directory;

    private Path certificate;
    private Path key;

    @BeforeEach
    void files() {
        certificate = directory.resolve("x.crt");
        key = directory.resolve("x.key");
    }

    private KeyMaterial load() throws IOException {
        return KeyMaterial.load(new PemFiles(certificate, key, Optional.empty()));
    }

    private static X509Certificate selfSigned(KeyPair pair, String signature) throws Exception {
        X500Principal name = new X500Principal("CN=x");
        return new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                BigInteger.ONE,
                                Date.from(Instant.now().minusSeconds(60)),
                                Date.from(Instant.now().plusSeconds(3600)),
                                name,
                                pair.getPublic())
                        .build(new JcaContentSignerBuilder(signature).build(pair.getPrivate())));
    }

    private static KeyPair pair(String algorithm, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    /** As {@code openssl genrsa -traditional}, cfssl and kubeadm write it. */
    @ParameterizedTest
    @ValueSource(ints = {1024, 2048})
    void rsaKey_ofPkcs1_isRead(int bits) throws Exception {
        KeyPair pair = pair("RSA", bits);
        TestCa.write(certificate, TestCa.pem(selfSigned(pair, "SHA256withRSA")));
        byte[] inner = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded())
                .parsePrivateKey()
                .toASN1Primitive()
                .getEncoded();
        TestCa.write(key, TestCa.pem("RSA PRIVATE KEY", inner));

        assertThat(load().key()).isEqualTo(pair.getPrivate());
    }

    /** As {@code openssl ecparam -genkey} writes it, with the curve in a block of its own before it. */
    @ParameterizedTest
    @ValueSource(ints = {256, 521})
    void ecKey_ofSec1_isRead(int bits) throws Exception {
        KeyPair pair = pair("EC", bits);
        TestCa.write(certificate, TestCa.pem(selfSigned(pair, "SHA256withECDSA")));
        var curve = ECNamedCurveTable.getOID(bits == 256 ? "P-256" : "P-521");
        BigInteger number = ((ECPrivateKey) pair.getPrivate()).getS();
        byte[] sec1 = new org.bouncycastle.asn1.sec.ECPrivateKey(bits, number, curve).getEncoded();
        TestCa.write(key, TestCa.pem("EC PARAMETERS", curve.getEncoded()) + TestCa.pem("EC PRIVATE KEY", sec1));

        assertThat(((ECPrivateKey) load().key()).getS()).isEqualTo(number);
    }

    @Test
    void ed25519Key_isRead() throws Exception {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        TestCa.write(certificate, TestCa.pem(selfSigned(pair, "Ed25519")));
        TestCa.write(key, TestCa.pem("PRIVATE KEY", pair.getPrivate().getEncoded()));

        assertThat(load().key().getAlgorithm()).isEqualTo("EdDSA");
    }

    @Test
    void certificateAndKey_inOneFileWithText_areRead() throws Exception {
        TestCa.Issued issued = new TestCa("ca").issue("n");
        String both = "Certificate:\n    Data: - text -\n" + TestCa.pem(issued.certificate())
                + TestCa.pem("PRIVATE KEY", issued.key().getEncoded());
        TestCa.write(certificate, both);
        key = certificate;

        KeyMaterial material = load();

        assertThat(material.chain()).containsExactly(issued.certificate());
        assertThat((PrivateKey) material.key()).isEqualTo(issued.key());
    }

    @Test
    void authorities_severalInOneFile_areAllRead() throws Exception {
        TestCa old = new TestCa("old");
        TestCa next = new TestCa("next");
        old.issue("n").writeTo(certificate, key);
        Path bundle = directory.resolve("ca.crt");
        TestCa.write(bundle, TestCa.pem(old.certificate()) + TestCa.pem(next.certificate()));

        assertThat(KeyMaterial.load(new PemFiles(certificate, key, Optional.of(bundle)))
                        .authorities()
                        .orElseThrow())
                .containsExactly(old.certificate(), next.certificate());
    }

    @Test
    void keyOfAnotherCertificate_isRefused() throws Exception {
        TestCa ca = new TestCa("ca");
        ca.issue("one").writeTo(certificate, key);
        ca.issue("two").writeTo(certificate, directory.resolve("two.key"));

        assertThatThrownBy(this::load).hasMessage("\"" + key + "\" is not the key of \"" + certificate + "\"");
        TestCa.write(
                key, TestCa.pem("PRIVATE KEY", pair("RSA", 1024).getPrivate().getEncoded()));
        assertThatThrownBy(this::load).hasMessageContaining("is not the key of");
    }

    @Test
    void fileThatIsNotWhole_missingOrEncrypted_isNamedWithTheReason() throws Exception {
        new TestCa("ca").issue("n").writeTo(certificate, key);
        String whole = Files.readString(key);
        TestCa.write(key, whole.substring(0, whole.length() / 2));
        assertThatThrownBy(this::load).hasMessage("\"" + key + "\" is no PEM file, or is not whole");
        TestCa.write(key, whole.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
        assertThatThrownBy(this::load).hasMessageContaining("is encrypted");
        TestCa.write(key, Files.readString(certificate));
        assertThatThrownBy(this::load).hasMessage("\"" + key + "\" holds no private key");
        TestCa.write(key, TestCa.pem("EC PRIVATE KEY", new byte[] {0x30, 0x7f, 1}));
        assertThatThrownBy(this::load).hasMessageContaining("damaged EC key");
        Files.delete(key);
        assertThatThrownBy(this::load).hasMessage("\"" + key + "\" does not exist");
    }
}
