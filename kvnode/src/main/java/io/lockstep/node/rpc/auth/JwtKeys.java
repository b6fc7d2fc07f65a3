package io.lockstep.node.rpc.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What tokens are signed and verified with.
 *
 * @param signer empty: this member can only verify
 */
public record JwtKeys(JWSAlgorithm algorithm, JWSVerifier verifier, Optional<JWSSigner> signer) {
    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END");

    /**
     * @param method HS, RS, PS or ES with 256, 384 or 512
     * @param publicKey PEM: public key or certificate; null: follows from the private one where that is possible (RSA)
     * @param privateKey PEM (PKCS#8), or with HS the secret itself
     * @throws IllegalArgumentException with one line that says what is wrong
     */
    public static JwtKeys load(String method, @Nullable Path publicKey, @Nullable Path privateKey) {
        try {
            return switch (method) {
                case "HS256", "HS384", "HS512" -> secret(JWSAlgorithm.parse(method), privateKey);
                case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512" ->
                    rsa(JWSAlgorithm.parse(method), publicKey, privateKey);
                case "ES256", "ES384", "ES512" -> ec(JWSAlgorithm.parse(method), publicKey, privateKey);
                default ->
                    throw new IllegalArgumentException(
                            "sign-method \"" + method + "\" is none of HS, RS, PS, ES with 256, 384 or 512");
            };
        } catch (IOException e) {
            throw new IllegalArgumentException("the key can't be read: " + e, e);
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalArgumentException("the key does not fit " + method + ": " + e.getMessage(), e);
        }
    }

    private static JwtKeys secret(JWSAlgorithm algorithm, @Nullable Path file) throws IOException, JOSEException {
        if (file == null) {
            throw new IllegalArgumentException("sign-method " + algorithm + " needs priv-key, a file with the secret");
        }
        byte[] secret = Files.readAllBytes(file);
        return new JwtKeys(algorithm, new MACVerifier(secret), Optional.of(new MACSigner(secret)));
    }

    private static JwtKeys rsa(JWSAlgorithm algorithm, @Nullable Path publicFile, @Nullable Path privateFile)
            throws IOException, GeneralSecurityException {
        RSAPrivateKey key = privateFile == null ? null : (RSAPrivateKey) privateKey("RSA", privateFile);
        RSAPublicKey shown;
        if (publicFile != null) {
            shown = (RSAPublicKey) publicKey("RSA", publicFile);
        } else if (key instanceof RSAPrivateCrtKey whole) {
            shown = (RSAPublicKey) KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(whole.getModulus(), whole.getPublicExponent()));
        } else {
            throw new IllegalArgumentException("sign-method " + algorithm + " needs pub-key, priv-key or both");
        }
        return new JwtKeys(
                algorithm, new RSASSAVerifier(shown), Optional.ofNullable(key).map(RSASSASigner::new));
    }

    private static JwtKeys ec(JWSAlgorithm algorithm, @Nullable Path publicFile, @Nullable Path privateFile)
            throws IOException, GeneralSecurityException, JOSEException {
        if (publicFile == null) {
            throw new IllegalArgumentException("sign-method " + algorithm + " needs pub-key, and priv-key to issue");
        }
        ECDSAVerifier verifier = new ECDSAVerifier((ECPublicKey) publicKey("EC", publicFile));
        JWSSigner signer = privateFile == null ? null : new ECDSASigner((ECPrivateKey) privateKey("EC", privateFile));
        if (!verifier.supportedJWSAlgorithms().contains(algorithm)) {
            throw new IllegalArgumentException("pub-key is on a curve that is not " + algorithm + "'s");
        }
        return new JwtKeys(algorithm, verifier, Optional.ofNullable(signer));
    }

    private static PrivateKey privateKey(String type, Path file) throws IOException, GeneralSecurityException {
        Matcher pem = pem(file);
        if (!pem.group(1).equals("PRIVATE KEY")) {
            throw new IllegalArgumentException(file + " is a \"" + pem.group(1)
                    + "\", PKCS#8 is needed: openssl pkcs8 -topk8 -nocrypt -in " + file + " -out NEW");
        }
        return KeyFactory.getInstance(type).generatePrivate(new PKCS8EncodedKeySpec(decoded(pem)));
    }

    private static PublicKey publicKey(String type, Path file) throws IOException, GeneralSecurityException {
        Matcher pem = pem(file);
        if (pem.group(1).equals("CERTIFICATE")) {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(decoded(pem)))
                    .getPublicKey();
        }
        return KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(decoded(pem)));
    }

    private static Matcher pem(Path file) throws IOException {
        Matcher pem = PEM.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new IllegalArgumentException(file + " holds no key in PEM");
        }
        return pem;
    }

    private static byte[] decoded(Matcher pem) {
        return Base64.getMimeDecoder().decode(pem.group(2));
    }
}
